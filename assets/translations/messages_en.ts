<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Window</name>
    <comment>Messages that name options of the command line, in the words of the window.</comment>
    <message>
        <source>states no coordinate reference system; its coordinates were taken to be in the project's {0} (give --crs if that is wrong)</source>
        <translation>states no coordinate reference system; its coordinates were taken to be in the project's {0} (choose another Coordinate reference system if that is wrong)</translation>
    </message>
    <message>
        <source>states no coordinate reference system; its coordinates were taken as metres from the project's origin (give --crs if that is wrong)</source>
        <translation>states no coordinate reference system; its coordinates were taken as metres from the project's origin (choose another Coordinate reference system if that is wrong)</translation>
    </message>
    <message>
        <source>give it with --crs EPSG:n, or --crs local</source>
        <translation>choose it under Coordinate reference system, or Local metres</translation>
    </message>
    <message>
        <source>free some space, or add it with --link</source>
        <translation>free some space</translation>
    </message>
    <message>
        <source>give one with --crs</source>
        <translation>choose one under Coordinate reference system</translation>
    </message>
    <message>
        <source>close other programs, or use smaller photos or --quality draft; see {0}</source>
        <translation>close other programs, use smaller photographs or the quality Draft, and go on with the run; see {0}</translation>
    </message>
    <message>
        <source>free some space and go on with --resume</source>
        <translation>free some space and go on with the run</translation>
    </message>
    <message>
        <source>give --control-crs {0} and swap the two columns</source>
        <translation>choose {0} under Their CRS, and swap the two columns in the file</translation>
    </message>
    <message>
        <source>give --control-crs {0}</source>
        <translation>choose {0} under Their CRS</translation>
    </message>
    <message>
        <source>check their CRS (read as {0}) with --control-crs, and the photographs</source>
        <translation>check Their CRS (read as {0}), and the photographs</translation>
    </message>
    <message>
        <source>give control points with --control</source>
        <translation>choose control points</translation>
    </message>
    <message>
        <source>give control points with --control, or fly a second line</source>
        <translation>choose control points, or fly a second line</translation>
    </message>
    <message>
        <source>free some space, or use --quality draft</source>
        <translation>free some space, or choose the quality Draft</translation>
    </message>
    <message>
        <source>check its CRS, or reconstruct without --reference</source>
        <translation>check its CRS, or take it out of Compare with</translation>
    </message>
    <message>
        <source>make the project with shapan new --origin E,N,H</source>
        <translation>make a project in a CRS that does</translation>
    </message>
    <message>
        <source>give control points, or make the project with shapan new --origin E,N,H, near the place</source>
        <translation>choose control points, or put the scene in the middle of the project's CRS</translation>
    </message>
    <message>
        <source>make it with shapan new</source>
        <translation>make it with New project…</translation>
    </message>
    <message>
        <source>make one with shapan new</source>
        <translation>make one with New project…</translation>
    </message>
</context>
</TS>
