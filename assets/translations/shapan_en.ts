<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>PlacementDialog</name>
    <message numerus="yes">
        <source>%n to place</source>
        <translation><numerusform>%n to place</numerusform><numerusform>%n to place</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n at the origin, as no CRS is stated</source>
        <translation>
            <numerusform>%n at the origin, as no CRS is stated</numerusform>
            <numerusform>%n at the origin, as no CRS is stated</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n need(s) a CRS</source>
        <translation><numerusform>%n needs a CRS</numerusform><numerusform>%n need a CRS</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n cannot be read</source>
        <translation><numerusform>%n cannot be read</numerusform><numerusform>%n cannot be read</numerusform></translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message numerus="yes">
        <source>%n drawing problem(s)</source>
        <translation><numerusform>%n drawing problem</numerusform><numerusform>%n drawing problems</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n tile(s) loading</source>
        <translation><numerusform>%n tile loading</numerusform><numerusform>%n tiles loading</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n tile(s)</source>
        <translation><numerusform>%n tile</numerusform><numerusform>%n tiles</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n job(s)</source>
        <translation><numerusform>%n job</numerusform><numerusform>%n jobs</numerusform></translation>
    </message>
</context>
<context>
    <name>EntityPanel</name>
    <message numerus="yes">
        <source>%n entities</source>
        <translation><numerusform>%n entity</numerusform><numerusform>%n entities</numerusform></translation>
    </message>
</context>
<context>
    <name>AssignDialog</name>
    <message numerus="yes">
        <source>%Ln entity(ies) found</source>
        <translation><numerusform>%Ln entity found</numerusform><numerusform>%Ln entities found</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>Assign to %Ln entity(ies)</source>
        <translation><numerusform>Assign to %Ln entity</numerusform><numerusform>Assign to %Ln entities</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>Remove from %Ln entity(ies)</source>
        <translation><numerusform>Remove from %Ln entity</numerusform><numerusform>Remove from %Ln entities</numerusform></translation>
    </message>
</context>
<context>
    <name>RelationsPanel</name>
    <message numerus="yes">
        <source>%n relation(s) lead from one to the other</source>
        <translation><numerusform>%n relation leads from one to the other</numerusform><numerusform>%n relations lead from one to the other</numerusform></translation>
    </message>
</context>
<context>
    <name>TypesEditor</name>
    <message numerus="yes">
        <source>%n type(s) read; check and apply to keep them.</source>
        <translation><numerusform>%n type read; check and apply to keep it.</numerusform><numerusform>%n types read; check and apply to keep them.</numerusform></translation>
    </message>
</context>
<context>
    <name>TypesPreview</name>
    <message numerus="yes">
        <source>%n entity(ies) break the new types; they stay as they are</source>
        <translation><numerusform>%n entity breaks the new types; it stays as it is</numerusform><numerusform>%n entities break the new types; they stay as they are</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%Ln entity(ies)</source>
        <translation><numerusform>%Ln entity</numerusform><numerusform>%Ln entities</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>and %n type(s) below it</source>
        <translation><numerusform>and %n type below it</numerusform><numerusform>and %n types below it</numerusform></translation>
    </message>
</context>
<context>
    <name>ShelveDialog</name>
    <message numerus="yes">
        <source>Shelve %n alarms</source>
        <translation>
            <numerusform>Shelve %n alarm</numerusform>
            <numerusform>Shelve %n alarms</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Rules</name>
    <message numerus="yes">
        <source>watches %n entities now</source>
        <translation>
            <numerusform>watches %n entity now</numerusform>
            <numerusform>watches %n entities now</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Would have raised %n alarms</source>
        <translation>
            <numerusform>Would have raised %n alarm</numerusform>
            <numerusform>Would have raised %n alarms</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>, %n floods.</source>
        <translation>
            <numerusform>, %n flood.</numerusform>
            <numerusform>, %n floods.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MappingPage</name>
    <message numerus="yes">
        <source>Create the %n unknown entities, of type</source>
        <translation>
            <numerusform>Create the %n unknown entity, of type</numerusform>
            <numerusform>Create the %n unknown entities, of type</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message numerus="yes">
        <source>%n entities are written.</source>
        <translation><numerusform>%n entity is written.</numerusform><numerusform>%n entities are written.</numerusform></translation>
    </message>
</context>
<context>
    <name>ServiceDialog</name>
    <message numerus="yes">
        <source>Take %n alarms out of service</source>
        <translation>
            <numerusform>Take %n alarm out of service</numerusform>
            <numerusform>Take %n alarms out of service</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GroundChanges</name>
    <message numerus="yes">
        <source>%n thing(s) stand above the ground, and the terrain is another one now.</source>
        <translation><numerusform>%n thing stands above the ground, and the terrain is another one now.</numerusform><numerusform>%n things stand above the ground, and the terrain is another one now.</numerusform></translation>
    </message>
</context>
<context>
    <name>AlarmStrip</name>
    <message numerus="yes">
        <source>%n shelved alarms come back soon</source>
        <translation><numerusform>%n shelved alarm comes back soon</numerusform><numerusform>%n shelved alarms come back soon</numerusform></translation>
    </message>
</context>
<context>
    <name>AlarmsPanel</name>
    <message numerus="yes">
        <source>No alarm stands. %n are shelved, suppressed or out of service.</source>
        <translation><numerusform>No alarm stands. %n is shelved, suppressed or out of service.</numerusform><numerusform>No alarm stands. %n are shelved, suppressed or out of service.</numerusform></translation>
    </message>
</context>
<context>
    <name>RulesField</name>
    <message numerus="yes">
        <source>%n rules</source>
        <translation><numerusform>%n rule</numerusform><numerusform>%n rules</numerusform></translation>
    </message>
</context>
<context>
    <name>TrialPanel</name>
    <message numerus="yes">
        <source>%n places</source>
        <translation><numerusform>%n place</numerusform><numerusform>%n places</numerusform></translation>
    </message>
</context>
</TS>
