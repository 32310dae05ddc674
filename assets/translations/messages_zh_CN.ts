<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Message</name>
    <comment>Reasons, remedies and warnings of readers, the twin and the views.</comment>
    <message>
        <source>the action {0} exists twice</source>
        <extracomment>app/actions/registry.py</extracomment>
        <translation>操作 {0} 重复</translation>
    </message>
    <message>
        <source>{0} and {1} both want the shortcut {2}</source>
        <translation>{0} 与 {1} 的快捷键 {2} 冲突</translation>
    </message>
    <message>
        <source>the icon font of qtawesome is missing</source>
        <extracomment>app/icons.py</extracomment>
        <translation>缺少 qtawesome 的图标字体</translation>
    </message>
    <message>
        <source>install shapan again</source>
        <translation>请重新安装 Shapan</translation>
    </message>
    <message>
        <source>the project is open for reading only</source>
        <extracomment>app/project.py</extracomment>
        <translation>项目以只读方式打开</translation>
    </message>
    <message>
        <source>no project is open</source>
        <translation>没有打开的项目</translation>
    </message>
    <message>
        <source>open or make one first</source>
        <translation>请先打开或新建项目</translation>
    </message>
    <message>
        <source>{0}: cannot be made ({1})</source>
        <translation>{0}：无法创建（{1}）</translation>
    </message>
    <message>
        <source>{0}: not enough memory</source>
        <extracomment>ingest/importer.py</extracomment>
        <translation>{0}：内存不足</translation>
    </message>
    <message>
        <source>holds nothing to show</source>
        <translation>没有可显示的内容</translation>
    </message>
    <message>
        <source>only the part before the damage was read: {0}</source>
        <translation>只读入了损坏处之前的部分：{0}</translation>
    </message>
    <message>
        <source>{0} came before the terrain and stands on height 0; remove it and add it again to place it on the terrain</source>
        <translation>{0} 先于地形导入，底面位于高程 0；如需落到地形上，请移除后重新添加</translation>
    </message>
    <message>
        <source>{0} lies too far from {1} to be drawn in it</source>
        <extracomment>ingest/placement.py</extracomment>
        <translation>{0} 距 {1} 的适用范围过远，无法在其中显示</translation>
    </message>
    <message>
        <source>choose a project CRS for its region</source>
        <translation>请为项目选择适用于该地区的坐标参考系</translation>
    </message>
    <message>
        <source>{0} does not say where it lies</source>
        <translation>{0} 未说明所在位置</translation>
    </message>
    <message>
        <source>choose a CRS</source>
        <translation>请选择坐标参考系</translation>
    </message>
    <message>
        <source>states no coordinate reference system, and its coordinates ({0}, {1}) do not fit the project's</source>
        <translation>未注明坐标参考系，其坐标（{0}，{1}）与项目的坐标参考系不符</translation>
    </message>
    <message>
        <source>give it with --crs EPSG:n, or --crs local</source>
        <translation>请指定坐标参考系（命令行用 --crs EPSG:n 或 --crs local）</translation>
    </message>
    <message>
        <source>damaged after {0} of {1} points ({2})</source>
        <extracomment>ingest/readers/e57.py</extracomment>
        <translation>读到第 {0} 个点（共 {1} 个）后损坏（{2}）</translation>
    </message>
    <message>
        <source>fetch the file again</source>
        <translation>请重新获取该文件</translation>
    </message>
    <message>
        <source>truncated: {0} of {1} points are in the file</source>
        <translation>文件不完整：应有 {1} 个点，实有 {0} 个</translation>
    </message>
    <message>
        <source>scan {0} has no coordinates (it has: {1})</source>
        <translation>第 {0} 站扫描没有坐标（仅有：{1}）</translation>
    </message>
    <message>
        <source>{0} of {1} points are marked invalid or cannot be read; left out</source>
        <translation>{1} 个点中有 {0} 个被标为无效或无法读取，已略去</translation>
    </message>
    <message>
        <source>the bounds are those that the file states, not looked at</source>
        <translation>范围取自文件的声明，未经核对</translation>
    </message>
    <message>
        <source>there are no points in it, only {0} images</source>
        <translation>文件中没有点，只有 {0} 幅影像</translation>
    </message>
    <message>
        <source>there are no points in it, nothing</source>
        <translation>文件中没有点，也没有其他内容</translation>
    </message>
    <message>
        <source>its coordinate metadata are not a CRS that PROJ knows</source>
        <translation>其坐标元数据不是 PROJ 所知的坐标参考系</translation>
    </message>
    <message>
        <source>cannot be read ({0})</source>
        <extracomment>ingest/readers/e57_document.py</extracomment>
        <translation>无法读取（{0}）</translation>
    </message>
    <message>
        <source>its XML section is damaged ({0})</source>
        <translation>其 XML 部分已损坏（{0}）</translation>
    </message>
    <message>
        <source>not an E57 file: it does not start with ASTM-E57</source>
        <translation>不是 E57 文件：开头不是 ASTM-E57</translation>
    </message>
    <message>
        <source>truncated inside its header</source>
        <translation>文件在文件头处截断</translation>
    </message>
    <message>
        <source>truncated: {0} of {1} bytes are there</source>
        <translation>文件不完整：应有 {1} 字节，实有 {0} 字节</translation>
    </message>
    <message>
        <source>its pages are {0} bytes long instead of {1}</source>
        <translation>其页长为 {0} 字节，应为 {1} 字节</translation>
    </message>
    <message>
        <source>the header points to no XML section</source>
        <translation>文件头未指向 XML 部分</translation>
    </message>
    <message>
        <source>truncated inside its XML section</source>
        <translation>文件在 XML 部分处截断</translation>
    </message>
    <message>
        <source>scan {0} has no points section</source>
        <translation>第 {0} 站扫描没有点数据</translation>
    </message>
    <message>
        <source>scan {0} claims {1} points, more than {2} bytes can hold</source>
        <translation>第 {0} 站扫描声称有 {1} 个点，{2} 字节容纳不下</translation>
    </message>
    <message>
        <source>states {0} x {1} pixels, {2} bands</source>
        <extracomment>ingest/readers/gdal_raster.py</extracomment>
        <translation>声称有 {0} × {1} 像素、{2} 个波段</translation>
    </message>
    <message>
        <source>its blocks of {0} x {1} pixels take {2} MiB each</source>
        <translation>其分块为 {0} × {1} 像素，每块占 {2} MiB</translation>
    </message>
    <message>
        <source>write it again as a tiled GeoTIFF</source>
        <translation>请重新写为分块存储的 GeoTIFF</translation>
    </message>
    <message>
        <source>the raster cannot be read ({0})</source>
        <translation>栅格无法读取（{0}）</translation>
    </message>
    <message>
        <source>fetch it again</source>
        <translation>请重新获取该文件</translation>
    </message>
    <message>
        <source>text is not in the encoding {0}</source>
        <extracomment>ingest/readers/gdal_vector.py</extracomment>
        <translation>文本不是 {0} 编码</translation>
    </message>
    <message>
        <source>states a size that does not fit into memory</source>
        <translation>声称的大小超出内存</translation>
    </message>
    <message>
        <source>the database is damaged ({0})</source>
        <translation>数据库已损坏（{0}）</translation>
    </message>
    <message>
        <source>{0} geometries are malformed and left out</source>
        <translation>{0} 个几何格式有误，已略去</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <extracomment>ingest/readers/gltf.py</extracomment>
        <translation>文件为空</translation>
    </message>
    <message>
        <source>{0}; the surface has no picture</source>
        <translation>{0}；该表面没有贴图</translation>
    </message>
    <message>
        <source>places {0} triangles, too many to read</source>
        <translation>包含 {0} 个三角形，过多而无法读取</translation>
    </message>
    <message>
        <source>holds no surface and no points</source>
        <translation>既没有表面也没有点</translation>
    </message>
    <message>
        <source>{0} points beside the triangles are left out</source>
        <translation>三角形以外的 {0} 个点已略去</translation>
    </message>
    <message>
        <source>the file ends early (no END-ISO-10303-21); what is there is read</source>
        <extracomment>ingest/readers/ifc.py</extracomment>
        <translation>文件提前结束（缺少 END-ISO-10303-21），已读入现有内容</translation>
    </message>
    <message>
        <source>the model states no place on the globe</source>
        <translation>模型未注明地理位置</translation>
    </message>
    <message>
        <source>cannot be opened ({0})</source>
        <translation>无法打开（{0}）</translation>
    </message>
    <message>
        <source>not a STEP file (ISO-10303-21 is missing)</source>
        <translation>不是 STEP 文件（缺少 ISO-10303-21）</translation>
    </message>
    <message>
        <source>the STEP header names no schema (FILE_SCHEMA)</source>
        <translation>STEP 文件头未注明模式（FILE_SCHEMA）</translation>
    </message>
    <message>
        <source>its schema {0} is not one that can be read (IFC2X3, IFC4, IFC4X3)</source>
        <translation>其模式 {0} 无法读取（可读 IFC2X3、IFC4、IFC4X3）</translation>
    </message>
    <message>
        <source>export it again as IFC4 or IFC4X3_ADD2</source>
        <translation>请重新导出为 IFC4 或 IFC4X3_ADD2</translation>
    </message>
    <message>
        <source>the file ends before its first object</source>
        <translation>文件在第一个对象之前就结束了</translation>
    </message>
    <message>
        <source>the geometry kernel made indices out of range</source>
        <translation>几何内核生成的索引超出范围</translation>
    </message>
    <message>
        <source>cut within a length</source>
        <extracomment>ingest/readers/ifc_frames.py</extracomment>
        <translation>在长度字段处截断</translation>
    </message>
    <message>
        <source>a head of {0} bytes</source>
        <translation>头部长达 {0} 字节</translation>
    </message>
    <message>
        <source>an array {0} {1}</source>
        <translation>数组 {0} {1}</translation>
    </message>
    <message>
        <source>an array of {0} bytes</source>
        <translation>数组长达 {0} 字节</translation>
    </message>
    <message>
        <source>cut within a message</source>
        <translation>在消息中间截断</translation>
    </message>
    <message>
        <source>the map conversion's scale {0} leaves out the length unit ({1} m); it is applied as well</source>
        <extracomment>ingest/readers/ifc_georeference.py</extracomment>
        <translation>地图转换的比例 {0} 未计入长度单位（{1} m），已一并计入</translation>
    </message>
    <message>
        <source>the map conversion is not usable and was left out</source>
        <translation>地图转换不可用，已略去</translation>
    </message>
    <message>
        <source>the site's position {0}, {1} is not on the globe</source>
        <translation>场地位置 {0}，{1} 不在地球上</translation>
    </message>
    <message>
        <source>the site's latitude and longitude are both zero: taken as not set</source>
        <translation>场地的经纬度均为零，视为未设置</translation>
    </message>
    <message>
        <source>the site stands in {0}: probably never set; check the place</source>
        <translation>场地位于{0}，很可能从未设置，请核对位置</translation>
    </message>
    <message>
        <source>a projected CRS is named without a conversion into it</source>
        <translation>给出了投影坐标参考系，但没有到该坐标系的转换</translation>
    </message>
    <message>
        <source>the projected CRS '{0}' is not one that PROJ knows; choose the CRS</source>
        <translation>PROJ 不认识投影坐标参考系“{0}”，请选择坐标参考系</translation>
    </message>
    <message>
        <source>the projected CRS 'without a name' is not one that PROJ knows; choose the CRS</source>
        <translation>PROJ 不认识未命名的投影坐标参考系，请选择坐标参考系</translation>
    </message>
    <message>
        <source>'{0}' is not a projected CRS; choose the CRS</source>
        <translation>“{0}”不是投影坐标参考系，请选择坐标参考系</translation>
    </message>
    <message>
        <source>the geometry kernel crashed on {0}: left out</source>
        <extracomment>ingest/readers/ifc_process.py</extracomment>
        <translation>几何内核在 {0} 上崩溃，已略去</translation>
    </message>
    <message>
        <source>the geometry kernel crashed; another one built what was missing</source>
        <translation>几何内核崩溃，已由另一进程补建缺少的部分</translation>
    </message>
    <message>
        <source>not readable as IFC: {0}</source>
        <translation>无法按 IFC 读取：{0}</translation>
    </message>
    <message>
        <source>the IFC library crashed while reading its objects</source>
        <translation>IFC 库在读取对象时崩溃</translation>
    </message>
    <message>
        <source>the IFC library crashed while opening it</source>
        <translation>IFC 库在打开文件时崩溃</translation>
    </message>
    <message>
        <source>the geometry kernel kept crashing; not all shapes are built</source>
        <translation>几何内核反复崩溃，部分形体未能建立</translation>
    </message>
    <message>
        <source>a STEP file of schema {0}, not IFC</source>
        <extracomment>ingest/readers/ifc_step.py</extracomment>
        <translation>是模式为 {0} 的 STEP 文件，不是 IFC</translation>
    </message>
    <message>
        <source>the archive holds {0} .ifc files instead of one</source>
        <extracomment>ingest/readers/ifc_zip.py</extracomment>
        <translation>压缩包内有 {0} 个 .ifc 文件，应为一个</translation>
    </message>
    <message>
        <source>the archive holds no .ifc file instead of one</source>
        <translation>压缩包内没有 .ifc 文件，应有一个</translation>
    </message>
    <message>
        <source>unpack it</source>
        <translation>请解压</translation>
    </message>
    <message>
        <source>the bounds in the header are not usable; taken from the points</source>
        <extracomment>ingest/readers/las.py</extracomment>
        <translation>文件头中的范围不可用，改由点计算</translation>
    </message>
    <message>
        <source>points lie outside the bounds in the header; taken from the points</source>
        <translation>有点落在文件头所注范围之外，范围改由点计算</translation>
    </message>
    <message>
        <source>the CRS records are there but empty</source>
        <translation>坐标参考系记录存在但内容为空</translation>
    </message>
    <message>
        <source>the coordinates are not degrees, so the stated CRS ({0}) cannot be right</source>
        <translation>坐标不是度，所注坐标参考系（{0}）不可能正确</translation>
    </message>
    <message>
        <source>the coordinates lie {0} km from the Earth's centre, so the stated CRS ({1}, geocentric) cannot be right</source>
        <translation>坐标距地心 {0} km，所注坐标参考系（{1}，地心坐标）不可能正确</translation>
    </message>
    <message>
        <source>no point can be read</source>
        <translation>没有可读取的点</translation>
    </message>
    <message>
        <source>no point has a GPS time that is a number</source>
        <translation>没有一个点的 GPS 时间是有效数字</translation>
    </message>
    <message>
        <source>the table of compressed chunks at the end of the file is missing or damaged, so no point can be found</source>
        <extracomment>ingest/readers/las_chunks.py</extracomment>
        <translation>文件末尾的压缩块索引缺失或损坏，无法定位任何点</translation>
    </message>
    <message>
        <source>the compressed points are damaged (a layer runs beyond its chunk)</source>
        <translation>压缩的点数据已损坏（某层超出其数据块）</translation>
    </message>
    <message>
        <source>the compressed points are damaged ({0})</source>
        <translation>压缩的点数据已损坏（{0}）</translation>
    </message>
    <message>
        <source>LAZ compression version 4 is not supported</source>
        <translation>不支持 LAZ 压缩第 4 版</translation>
    </message>
    <message>
        <source>convert it with LAStools: laszip64 -i in.laz -o out.las</source>
        <translation>请用 LAStools 转换：laszip64 -i in.laz -o out.las</translation>
    </message>
    <message>
        <source>the LASzip record describes points of {0} bytes and the header of {1}</source>
        <translation>LASzip 记录中每点 {0} 字节，文件头中为 {1} 字节</translation>
    </message>
    <message>
        <source>the LASzip record is too short</source>
        <translation>LASzip 记录过短</translation>
    </message>
    <message>
        <source>truncated before its first point</source>
        <translation>文件在第一个点之前截断</translation>
    </message>
    <message>
        <source>the GeoTIFF keys are empty or damaged; the CRS is unknown</source>
        <extracomment>ingest/readers/las_crs.py</extracomment>
        <translation>GeoTIFF 键为空或已损坏，坐标参考系未知</translation>
    </message>
    <message>
        <source>the file announces {0} GeoTIFF keys, {1} are there</source>
        <translation>文件声明有 {0} 个 GeoTIFF 键，实有 {1} 个</translation>
    </message>
    <message>
        <source>the GeoTIFF keys name no coordinate reference system</source>
        <translation>GeoTIFF 键未注明坐标参考系</translation>
    </message>
    <message>
        <source>the GeoTIFF keys name EPSG:{0} and state another unit; the unit is trusted</source>
        <translation>GeoTIFF 键注明 EPSG:{0}，却给出另一种单位；以单位为准</translation>
    </message>
    <message>
        <source>the CRS in the GeoTIFF keys is not understood: {0}</source>
        <translation>无法理解 GeoTIFF 键中的坐标参考系：{0}</translation>
    </message>
    <message>
        <source>vertical CRS {0} in the GeoTIFF keys is not known; heights as stored</source>
        <translation>GeoTIFF 键中的高程基准 {0} 未知，高程按原值使用</translation>
    </message>
    <message>
        <source>user-defined keys are not a valid definition</source>
        <translation>自定义键不构成有效的定义</translation>
    </message>
    <message>
        <source>user-defined keys do not define a projection</source>
        <translation>自定义键没有定义投影</translation>
    </message>
    <message>
        <source>the CRS in WKT is not understood: {0}</source>
        <translation>无法理解 WKT 中的坐标参考系：{0}</translation>
    </message>
    <message>
        <source>'{0}' is neither projected, geographic nor geocentric</source>
        <translation>“{0}”既不是投影坐标系，也不是地理或地心坐标系</translation>
    </message>
    <message>
        <source>the points are LAZ-compressed and the LASzip record that says how is missing</source>
        <extracomment>ingest/readers/las_header.py</extracomment>
        <translation>点以 LAZ 压缩，但缺少说明压缩方式的 LASzip 记录</translation>
    </message>
    <message>
        <source>not a LAS file: it does not start with LASF</source>
        <translation>不是 LAS 文件：开头不是 LASF</translation>
    </message>
    <message>
        <source>truncated: {0} of at least {1} header bytes are there</source>
        <translation>文件不完整：文件头至少应有 {1} 字节，实有 {0} 字节</translation>
    </message>
    <message>
        <source>LAS version {0}.{1} is not known</source>
        <translation>未知的 LAS 版本 {0}.{1}</translation>
    </message>
    <message>
        <source>the header counts {0} points and, for old readers, {1}</source>
        <translation>文件头计有 {0} 个点，供旧软件读取的计数为 {1}</translation>
    </message>
    <message>
        <source>point format {0} is not known (0 to 10 are)</source>
        <translation>未知的点格式 {0}（已知 0 至 10）</translation>
    </message>
    <message>
        <source>the point data should start at byte {0} and the file ends at {1}</source>
        <translation>点数据应始于第 {0} 字节，但文件止于第 {1} 字节</translation>
    </message>
    <message>
        <source>the point data should start at byte {0}, inside the header</source>
        <translation>点数据应始于第 {0} 字节，落在文件头之内</translation>
    </message>
    <message>
        <source>point records of {0} bytes cannot hold point format {1}, which needs {2}</source>
        <translation>每点 {0} 字节容纳不下点格式 {1}，该格式需要 {2} 字节</translation>
    </message>
    <message>
        <source>the {0} scale factor {1} is not usable</source>
        <translation>{0} 的比例因子 {1} 不可用</translation>
    </message>
    <message>
        <source>the {0} offset {1} is not usable</source>
        <translation>{0} 的偏移量 {1} 不可用</translation>
    </message>
    <message>
        <source>the header announces {0} variable-length records, {1} are there</source>
        <translation>文件头声明有 {0} 条变长记录，实有 {1} 条</translation>
    </message>
    <message>
        <source>variable-length record {0} of {1} runs into the points; ignored</source>
        <translation>第 {0} 条变长记录（共 {1} 条）侵入点数据，已忽略</translation>
    </message>
    <message>
        <source>the header announces {0} extended records, {1} are there</source>
        <translation>文件头声明有 {0} 条扩展记录，实有 {1} 条</translation>
    </message>
    <message>
        <source>truncated: the last extended record runs beyond the file</source>
        <translation>文件不完整：最后一条扩展记录超出文件末尾</translation>
    </message>
    <message>
        <source>truncated inside its variable-length records</source>
        <translation>文件在变长记录处截断</translation>
    </message>
    <message>
        <source>{0}; {1} of {2} points can be read</source>
        <extracomment>ingest/readers/las_records.py</extracomment>
        <translation>{0}；{2} 个点中有 {1} 个可读</translation>
    </message>
    <message>
        <source>{0} tiles cannot be read and are left out, first: {1}</source>
        <extracomment>ingest/readers/obj.py</extracomment>
        <translation>{0} 块瓦片无法读取，已略去，其中第一块：{1}</translation>
    </message>
    <message>
        <source>OBJ states neither axes nor units: z is taken as up and units as metres</source>
        <translation>OBJ 未注明坐标轴和单位：按 z 轴朝上、单位为米处理</translation>
    </message>
    <message>
        <source>holds no vertices</source>
        <translation>没有顶点</translation>
    </message>
    <message>
        <source>check that the file is complete</source>
        <translation>请检查文件是否完整</translation>
    </message>
    <message>
        <source>{0} faces have too few or wrong vertex numbers; left out</source>
        <translation>{0} 个面的顶点编号过少或有误，已略去</translation>
    </message>
    <message>
        <source>{0} lines have numbers that cannot be read</source>
        <translation>{0} 行中有无法读取的数字</translation>
    </message>
    <message>
        <source>{0} line elements are left out</source>
        <translation>{0} 个线要素已略去</translation>
    </message>
    <message>
        <source>none of its {0} faces can be used</source>
        <translation>{0} 个面无一可用</translation>
    </message>
    <message>
        <source>export again</source>
        <translation>请重新导出</translation>
    </message>
    <message>
        <source>none of its vertices has three finite numbers</source>
        <translation>没有一个顶点具有三个有效数字</translation>
    </message>
    <message>
        <source>holds no faces; its vertices are read as points</source>
        <translation>没有面，其顶点按点读入</translation>
    </message>
    <message>
        <source>the material library '{0}' lies outside the folder; not read</source>
        <extracomment>ingest/readers/obj_materials.py</extracomment>
        <translation>材质库“{0}”位于文件夹之外，未读取</translation>
    </message>
    <message>
        <source>the material library '{0}' is not there; materials are grey</source>
        <translation>材质库“{0}”不存在，材质显示为灰色</translation>
    </message>
    <message>
        <source>not a text file</source>
        <extracomment>ingest/readers/obj_parse.py</extracomment>
        <translation>不是文本文件</translation>
    </message>
    <message>
        <source>check the file's type</source>
        <translation>请检查文件类型</translation>
    </message>
    <message>
        <source>{0} bytes behind the scene are not understood</source>
        <extracomment>ingest/readers/osgb.py</extracomment>
        <translation>场景之后的 {0} 字节无法理解</translation>
    </message>
    <message>
        <source>counts other than tiles are estimated from {0} of {1} tiles, and bounds cover those only</source>
        <translation>瓦片数以外的数量由 {1} 块瓦片中的 {0} 块估算，范围也仅涵盖这些瓦片</translation>
    </message>
    <message>
        <source>{0} (in {1} tiles)</source>
        <translation>{0}（涉及 {1} 块瓦片）</translation>
    </message>
    <message>
        <source>{0} finer tiles are referred to but not there; the coarser surfaces stay</source>
        <translation>引用的 {0} 块精细瓦片不存在，保留较粗的表面</translation>
    </message>
    <message>
        <source>{0} references to tiles outside the folder are not followed</source>
        <translation>指向文件夹之外瓦片的 {0} 处引用未予采用</translation>
    </message>
    <message>
        <source>{0} tiles are referred to more than once; read once</source>
        <translation>{0} 块瓦片被多次引用，只读取一次</translation>
    </message>
    <message>
        <source>{0} textures cannot be used, first: {1}</source>
        <translation>{0} 幅纹理不可用，其中第一幅：{1}</translation>
    </message>
    <message>
        <source>primitive sets of kind {0} are not known</source>
        <extracomment>ingest/readers/osgb_format/drawables.py</extracomment>
        <translation>未知的图元类型 {0}</translation>
    </message>
    <message>
        <source>drawing starts at vertex {0}</source>
        <translation>绘制从第 {0} 个顶点开始</translation>
    </message>
    <message>
        <source>an attribute's index is out of range</source>
        <translation>属性的索引超出范围</translation>
    </message>
    <message>
        <source>arrays of type {0} are not known</source>
        <translation>未知的数组类型 {0}</translation>
    </message>
    <message>
        <source>a texture claims {0} x {1} pixels</source>
        <extracomment>ingest/readers/osgb_format/images.py</extracomment>
        <translation>某纹理声称有 {0} × {1} 像素</translation>
    </message>
    <message>
        <source>textures of pixel format {0} are not supported</source>
        <translation>不支持像素格式为 {0} 的纹理</translation>
    </message>
    <message>
        <source>a texture of {0} x {1} raw pixels is too large</source>
        <translation>{0} × {1} 像素的未压缩纹理过大</translation>
    </message>
    <message>
        <source>a texture of {0} x {1} has {2} bytes only</source>
        <translation>{0} × {1} 的纹理只有 {2} 字节</translation>
    </message>
    <message>
        <source>a compressed texture ends early</source>
        <translation>压缩纹理提前结束</translation>
    </message>
    <message>
        <source>{0} objects of the unknown class {1} are left out</source>
        <extracomment>ingest/readers/osgb_format/levels.py</extracomment>
        <translation>{0} 个未知类别 {1} 的对象已略去</translation>
    </message>
    <message>
        <source>its nodes form a cycle or a bomb</source>
        <translation>其节点成环或无限展开</translation>
    </message>
    <message>
        <source>{0} sets of points or lines are left out</source>
        <translation>{0} 组点或线已略去</translation>
    </message>
    <message>
        <source>holds more than {0} triangles</source>
        <translation>三角形超过 {0} 个</translation>
    </message>
    <message>
        <source>export smaller tiles</source>
        <translation>请导出更小的瓦片</translation>
    </message>
    <message>
        <source>a triangle uses vertex {0} of {1}</source>
        <translation>有三角形使用第 {0} 个顶点，而顶点共 {1} 个</translation>
    </message>
    <message>
        <source>export the tile again</source>
        <translation>请重新导出该瓦片</translation>
    </message>
    <message>
        <source>{0} triangles without finite coordinates are left out</source>
        <translation>{0} 个坐标无效的三角形已略去</translation>
    </message>
    <message>
        <source>too large for a metadata file</source>
        <extracomment>ingest/readers/osgb_format/metadata.py</extracomment>
        <translation>对元数据文件而言过大</translation>
    </message>
    <message>
        <source>correct it as the program that made the production would write it</source>
        <translation>请按生产软件的写法更正</translation>
    </message>
    <message>
        <source>not well-formed XML ({0})</source>
        <translation>XML 格式不正确（{0}）</translation>
    </message>
    <message>
        <source>holds XML declarations that are not allowed</source>
        <translation>含有不允许的 XML 声明</translation>
    </message>
    <message>
        <source>its root is &lt;{0}&gt;, not &lt;ModelMetadata&gt;</source>
        <translation>根元素是 &lt;{0}&gt;，应为 &lt;ModelMetadata&gt;</translation>
    </message>
    <message>
        <source>its SRSOrigin '{0}' is not three numbers</source>
        <translation>其 SRSOrigin“{0}”不是三个数字</translation>
    </message>
    <message>
        <source>its SRS '{0}' is not ENU:latitude,longitude in degrees</source>
        <translation>其 SRS“{0}”不是以度表示的 ENU:纬度,经度</translation>
    </message>
    <message>
        <source>the SRS names {0}, which PROJ does not know; its written parameters are used</source>
        <translation>SRS 注明 {0}，PROJ 不认识，按所写参数使用</translation>
    </message>
    <message>
        <source>the SRS calls itself {0} but has {1}: the written parameters are used, not the code</source>
        <translation>SRS 自称 {0}，却含有 {1}：按所写参数使用，不按代码</translation>
    </message>
    <message>
        <source>{0} gives no reference system; the coordinates are taken as local metres of the project</source>
        <translation>{0} 未注明参考系，坐标按项目的局部米制坐标处理</translation>
    </message>
    <message>
        <source>its SRS cannot be used: {0}</source>
        <translation>其 SRS 不可用：{0}</translation>
    </message>
    <message>
        <source>{0} gives the origin in degrees ({1}); the metres around it are taken as east, north and up of that point</source>
        <translation>{0} 以度给出原点（{1}），其周围的米制坐标按该点的东、北、天方向处理</translation>
    </message>
    <message>
        <source>a tile of more than {0} MiB</source>
        <extracomment>ingest/readers/osgb_format/parse.py</extracomment>
        <translation>瓦片超过 {0} MiB</translation>
    </message>
    <message>
        <source>cannot be listed ({0})</source>
        <extracomment>ingest/readers/osgb_format/production.py</extracomment>
        <translation>无法列出其内容（{0}）</translation>
    </message>
    <message>
        <source>holds no {0} tiles</source>
        <translation>没有 {0} 瓦片</translation>
    </message>
    <message>
        <source>choose the folder that holds Data/Tile_…/Tile_…{0}</source>
        <translation>请选择包含 Data/Tile_…/Tile_…{0} 的文件夹</translation>
    </message>
    <message>
        <source>holds more than {0} tiles of the first level</source>
        <translation>第一级瓦片超过 {0} 块</translation>
    </message>
    <message>
        <source>objects are nested more than {0} deep</source>
        <extracomment>ingest/readers/osgb_format/records.py</extracomment>
        <translation>对象嵌套超过 {0} 层</translation>
    </message>
    <message>
        <source>objects of class {0} are not supported</source>
        <translation>不支持类别为 {0} 的对象</translation>
    </message>
    <message>
        <source>{0} vertices are to be drawn, more than the file can hold</source>
        <translation>要绘制 {0} 个顶点，超出文件所能容纳</translation>
    </message>
    <message>
        <source>a block of {0} bytes reaches beyond the data</source>
        <translation>{0} 字节的数据块超出数据末尾</translation>
    </message>
    <message>
        <source>a block is shorter than its content</source>
        <translation>数据块短于其内容</translation>
    </message>
    <message>
        <source>images of storage kind {0} are not known</source>
        <extracomment>ingest/readers/osgb_format/state.py</extracomment>
        <translation>未知的图像存储方式 {0}</translation>
    </message>
    <message>
        <source>{0} bytes are announced but {1} are left</source>
        <extracomment>ingest/readers/osgb_format/stream.py</extracomment>
        <translation>声明有 {0} 字节，只剩 {1} 字节</translation>
    </message>
    <message>
        <source>a truth value is {0}</source>
        <translation>某逻辑值为 {0}</translation>
    </message>
    <message>
        <source>{0} items are announced but only {1} bytes are left</source>
        <translation>声明有 {0} 项，只剩 {1} 字节</translation>
    </message>
    <message>
        <source>not an OSGB file</source>
        <translation>不是 OSGB 文件</translation>
    </message>
    <message>
        <source>the file ends within its header</source>
        <translation>文件在文件头内就结束了</translation>
    </message>
    <message>
        <source>OSGB version {0} is not supported</source>
        <translation>不支持 OSGB 版本 {0}</translation>
    </message>
    <message>
        <source>export versions {0} to {1}</source>
        <translation>请导出为版本 {0} 至 {1}</translation>
    </message>
    <message>
        <source>compressor '{0}' is not supported</source>
        <translation>不支持压缩方式“{0}”</translation>
    </message>
    <message>
        <source>export without compression or with zlib</source>
        <translation>请不压缩导出，或用 zlib 压缩</translation>
    </message>
    <message>
        <source>the tile holds {0} bytes, more than {1}</source>
        <translation>该瓦片有 {0} 字节，超过 {1} 字节</translation>
    </message>
    <message>
        <source>its compressed data are damaged ({0})</source>
        <translation>其压缩数据已损坏（{0}）</translation>
    </message>
    <message>
        <source>its compressed data end early</source>
        <translation>其压缩数据提前结束</translation>
    </message>
    <message>
        <source>fetch or export the file again</source>
        <translation>请重新获取或导出该文件</translation>
    </message>
    <message>
        <source>a tile needs at least one level</source>
        <extracomment>ingest/readers/osgb_format/write.py</extracomment>
        <translation>瓦片至少需要一个级别</translation>
    </message>
    <message>
        <source>a mesh needs n×3 positions and m×3 triangles</source>
        <translation>网格需要 n×3 的位置和 m×3 的三角形</translation>
    </message>
    <message>
        <source>triangle indices must lie within the {0} positions</source>
        <translation>三角形索引必须在 {0} 个位置之内</translation>
    </message>
    <message>
        <source>a mesh needs one texture coordinate for each position</source>
        <translation>网格的每个位置需要一个纹理坐标</translation>
    </message>
    <message>
        <source>the compressed file is damaged</source>
        <extracomment>ingest/readers/osm.py</extracomment>
        <translation>压缩文件已损坏</translation>
    </message>
    <message>
        <source>its objects are not sorted ({0})</source>
        <translation>其对象未排序（{0}）</translation>
    </message>
    <message>
        <source>sort it with 'osmium sort'</source>
        <translation>请用 osmium sort 排序</translation>
    </message>
    <message>
        <source>is damaged ({0})</source>
        <translation>已损坏（{0}）</translation>
    </message>
    <message>
        <source>holds no OpenStreetMap object</source>
        <translation>没有 OpenStreetMap 对象</translation>
    </message>
    <message>
        <source>not a PCD file: its header lacks {0}</source>
        <extracomment>ingest/readers/pcd.py</extracomment>
        <translation>不是 PCD 文件：文件头缺少 {0}</translation>
    </message>
    <message>
        <source>its PCD header is incomplete or not numeric ({0})</source>
        <translation>其 PCD 文件头不完整或不是数字（{0}）</translation>
    </message>
    <message>
        <source>FIELDS, SIZE, TYPE and COUNT of its header differ in length</source>
        <translation>文件头中 FIELDS、SIZE、TYPE 和 COUNT 的长度不一致</translation>
    </message>
    <message>
        <source>its header has a negative count</source>
        <translation>文件头中有负的数量</translation>
    </message>
    <message>
        <source>DATA {0} is not known</source>
        <translation>未知的 DATA {0}</translation>
    </message>
    <message>
        <source>its header claims {0} bytes for each point</source>
        <translation>文件头声称每点 {0} 字节</translation>
    </message>
    <message>
        <source>field {0}: type {1}{2} is not known</source>
        <translation>字段 {0}：未知的类型 {1}{2}</translation>
    </message>
    <message>
        <source>it has no x, y and z fields (FIELDS {0})</source>
        <translation>没有 x、y、z 字段（FIELDS {0}）</translation>
    </message>
    <message>
        <source>'{0}' is not a row of numbers</source>
        <translation>“{0}”不是一行数字</translation>
    </message>
    <message>
        <source>its compressed block holds {0} bytes and {1} points need {2}</source>
        <translation>压缩块有 {0} 字节，而 {1} 个点需要 {2} 字节</translation>
    </message>
    <message>
        <source>it unpacks to more than 1 GiB</source>
        <translation>解压后超过 1 GiB</translation>
    </message>
    <message>
        <source>convert it to DATA binary with pcl_convert_pcd_ascii_binary</source>
        <translation>请用 pcl_convert_pcd_ascii_binary 转换为 DATA binary</translation>
    </message>
    <message>
        <source>truncated inside its compressed block</source>
        <translation>文件在压缩块处截断</translation>
    </message>
    <message>
        <source>its compressed block is damaged</source>
        <translation>其压缩块已损坏</translation>
    </message>
    <message>
        <source>its compressed block unpacks to {0} bytes, not {1}</source>
        <translation>压缩块解压后为 {0} 字节，应为 {1} 字节</translation>
    </message>
    <message>
        <source>the header counts no points</source>
        <translation>文件头计点数为零</translation>
    </message>
    <message>
        <source>the viewpoint is not applied: points are taken as they stand</source>
        <translation>未应用视点，点按原位置使用</translation>
    </message>
    <message>
        <source>the mesh is empty</source>
        <extracomment>ingest/readers/ply.py</extracomment>
        <translation>网格为空</translation>
    </message>
    <message>
        <source>the texture {0} is not beside the file</source>
        <translation>纹理 {0} 不在文件旁</translation>
    </message>
    <message>
        <source>its vertices have no x and y (they have: {0})</source>
        <translation>其顶点没有 x 和 y（仅有：{0}）</translation>
    </message>
    <message>
        <source>triangle strips are not supported</source>
        <translation>不支持三角形条带</translation>
    </message>
    <message>
        <source>save it with faces, in MeshLab or CloudCompare</source>
        <translation>请用 MeshLab 或 CloudCompare 另存为面</translation>
    </message>
    <message>
        <source>it has faces and no vertices</source>
        <translation>有面而没有顶点</translation>
    </message>
    <message>
        <source>a face refers to vertex {0} and there are {1}</source>
        <translation>有面引用第 {0} 个顶点，而顶点共 {1} 个</translation>
    </message>
    <message>
        <source>the file has no vertices</source>
        <translation>文件没有顶点</translation>
    </message>
    <message>
        <source>the vertices have no z; heights are taken as zero</source>
        <translation>顶点没有 z，高程按零处理</translation>
    </message>
    <message>
        <source>not a PLY file: it does not start with ply</source>
        <extracomment>ingest/readers/ply_format.py</extracomment>
        <translation>不是 PLY 文件：开头不是 ply</translation>
    </message>
    <message>
        <source>its PLY header states no format</source>
        <translation>PLY 文件头未注明格式</translation>
    </message>
    <message>
        <source>its PLY header does not end</source>
        <translation>PLY 文件头没有结束</translation>
    </message>
    <message>
        <source>PLY format {0} is not known</source>
        <translation>未知的 PLY 格式 {0}</translation>
    </message>
    <message>
        <source>element {0} is repeated or negative</source>
        <translation>元素 {0} 重复或数量为负</translation>
    </message>
    <message>
        <source>the lengths of {0} are not whole numbers</source>
        <translation>{0} 的长度不是整数</translation>
    </message>
    <message>
        <source>'{0}' does not belong in a PLY header</source>
        <translation>“{0}”不应出现在 PLY 文件头中</translation>
    </message>
    <message>
        <source>'{0}' is not a line of a PLY header</source>
        <translation>“{0}”不是 PLY 文件头的行</translation>
    </message>
    <message>
        <source>element {0} has too many properties</source>
        <translation>元素 {0} 的属性过多</translation>
    </message>
    <message>
        <source>property {0} is repeated</source>
        <translation>属性 {0} 重复</translation>
    </message>
    <message>
        <source>truncated: {0} of {1} rows of {2} are in the file</source>
        <translation>文件不完整：{2} 应有 {1} 行，实有 {0} 行</translation>
    </message>
    <message>
        <source>'{0}' is not a row of {1} numbers</source>
        <translation>“{0}”不是一行 {1} 个数字</translation>
    </message>
    <message>
        <source>'{0}' is not a row of {1}</source>
        <translation>“{0}”不是 {1} 的一行</translation>
    </message>
    <message>
        <source>{0}; the first {1} points can be read</source>
        <extracomment>ingest/readers/point_columns.py</extracomment>
        <translation>{0}；前 {1} 个点可读</translation>
    </message>
    <message>
        <source>{0} of {1} points have no finite coordinates</source>
        <translation>{1} 个点中有 {0} 个没有有效坐标</translation>
    </message>
    <message>
        <source>every pixel is without data</source>
        <extracomment>ingest/readers/raster.py</extracomment>
        <translation>所有像素均无数据</translation>
    </message>
    <message>
        <source>is a photograph without a place on the ground</source>
        <translation>是没有地面位置的照片</translation>
    </message>
    <message>
        <source>put a world file beside it, or use it for reconstruction</source>
        <translation>请在旁边放置坐标文件（world file），或将其用于三维重建</translation>
    </message>
    <message>
        <source>a VRT only points at other files, so it is not read</source>
        <translation>VRT 只指向其他文件，因此不读取</translation>
    </message>
    <message>
        <source>add those files, or turn it into a GeoTIFF (gdal_translate)</source>
        <translation>请添加所指向的文件，或转换为 GeoTIFF（gdal_translate）</translation>
    </message>
    <message>
        <source>has {0} bytes, which no SRTM grid has</source>
        <translation>大小为 {0} 字节，SRTM 格网没有这种大小</translation>
    </message>
    <message>
        <source>the archive holds no raster that is read here</source>
        <translation>压缩包内没有可读的栅格</translation>
    </message>
    <message>
        <source>there is no world file beside it, so it has no place on the ground</source>
        <translation>旁边没有坐标文件（world file），因此没有地面位置</translation>
    </message>
    <message>
        <source>states no coordinate reference system</source>
        <translation>未注明坐标参考系</translation>
    </message>
    <message>
        <source>no such file or folder</source>
        <extracomment>ingest/readers/registry.py</extracomment>
        <translation>没有这样的文件或文件夹</translation>
    </message>
    <message>
        <source>check the path</source>
        <translation>请检查路径</translation>
    </message>
    <message>
        <source>no reader knows this kind of folder</source>
        <translation>无法识别这种文件夹</translation>
    </message>
    <message>
        <source>no reader knows this kind of file</source>
        <translation>无法识别这种文件</translation>
    </message>
    <message>
        <source>see docs/formats.md</source>
        <translation>可读格式见 docs/formats.md</translation>
    </message>
    <message>
        <source>the Shapefile header is damaged</source>
        <extracomment>ingest/readers/shapefile_index.py</extracomment>
        <translation>Shapefile 文件头已损坏</translation>
    </message>
    <message>
        <source>a line has no end: not a table of numbers</source>
        <extracomment>ingest/readers/text_rows.py</extracomment>
        <translation>某行没有结尾，不是数字表</translation>
    </message>
    <message>
        <source>a texture has {0} x {1} pixels</source>
        <extracomment>ingest/readers/textures.py</extracomment>
        <translation>某纹理有 {0} × {1} 像素</translation>
    </message>
    <message>
        <source>a texture cannot be decoded</source>
        <translation>纹理无法解码</translation>
    </message>
    <message>
        <source>the texture '{0}' lies outside its folder</source>
        <translation>纹理“{0}”位于其文件夹之外</translation>
    </message>
    <message>
        <source>the texture '{0}' is too large</source>
        <translation>纹理“{0}”过大</translation>
    </message>
    <message>
        <source>the texture '{0}' cannot be read</source>
        <translation>纹理“{0}”无法读取</translation>
    </message>
    <message>
        <source>put it beside the file</source>
        <translation>请将其放在文件旁</translation>
    </message>
    <message>
        <source>a texture is empty</source>
        <translation>纹理为空</translation>
    </message>
    <message>
        <source>has no tileset.json</source>
        <extracomment>ingest/readers/tiles3d.py</extracomment>
        <translation>没有 tileset.json</translation>
    </message>
    <message>
        <source>only the first {0} tiles were looked at</source>
        <translation>只查看了前 {0} 块瓦片</translation>
    </message>
    <message>
        <source>no such file</source>
        <translation>没有这样的文件</translation>
    </message>
    <message>
        <source>triangles and points are counted in the first tiles only</source>
        <translation>三角形和点只在前几块瓦片中计数</translation>
    </message>
    <message>
        <source>{0} of {1} contents cannot be read (first: {2}: {3})</source>
        <translation>{1} 项内容中有 {0} 项无法读取（其中第一项：{2}：{3}）</translation>
    </message>
    <message>
        <source>the root's bounding volume has no place on the ground</source>
        <translation>根节点的包围体没有地面位置</translation>
    </message>
    <message>
        <source>a single tile: its place on the ground is in a tileset.json</source>
        <translation>单块瓦片，其地面位置在 tileset.json 中</translation>
    </message>
    <message>
        <source>the archive names files outside itself</source>
        <translation>压缩包引用了包外的文件</translation>
    </message>
    <message>
        <source>the archive has no tileset.json</source>
        <translation>压缩包内没有 tileset.json</translation>
    </message>
    <message>
        <source>is no 3D Tiles archive: it has no {0}</source>
        <translation>不是 3D Tiles 压缩包：没有 {0}</translation>
    </message>
    <message>
        <source>the archive's tileset.json is too large</source>
        <translation>压缩包内的 tileset.json 过大</translation>
    </message>
    <message>
        <source>is a damaged archive ({0})</source>
        <translation>是已损坏的压缩包（{0}）</translation>
    </message>
    <message>
        <source>archives cannot be used in place: unpack it and add its tileset.json</source>
        <translation>压缩包不能直接使用：请解压后添加其中的 tileset.json</translation>
    </message>
    <message>
        <source>is a single tile without its place on the ground</source>
        <translation>是没有地面位置的单块瓦片</translation>
    </message>
    <message>
        <source>add the tileset.json that it belongs to</source>
        <translation>请添加它所属的 tileset.json</translation>
    </message>
    <message>
        <source>3D Tiles archives cannot be used in place</source>
        <translation>3D Tiles 压缩包不能直接使用</translation>
    </message>
    <message>
        <source>unpack it and add its tileset.json</source>
        <translation>请解压后添加其中的 tileset.json</translation>
    </message>
    <message>
        <source>table {0} cannot be read to its end ({1})</source>
        <extracomment>ingest/readers/vector.py</extracomment>
        <translation>表 {0} 无法读到末尾（{1}）</translation>
    </message>
    <message>
        <source>is not a vector format that is read here</source>
        <translation>不是可读的矢量格式</translation>
    </message>
    <message>
        <source>{0}; read as Latin-1</source>
        <translation>{0}；按 Latin-1 读取</translation>
    </message>
    <message>
        <source>holds no table</source>
        <translation>没有任何表</translation>
    </message>
    <message>
        <source>check that it is the right file</source>
        <translation>请检查是否选对了文件</translation>
    </message>
    <message>
        <source>table {0} has missing or non-finite coordinates</source>
        <translation>表 {0} 有缺失或无效的坐标</translation>
    </message>
    <message>
        <source>the file is cut short: not all of {0} features can be read</source>
        <translation>文件不完整：{0} 个要素未能全部读取</translation>
    </message>
    <message>
        <source>table {0}: {1}</source>
        <translation>表 {0}：{1}</translation>
    </message>
    <message>
        <source>its tables are in different coordinate reference systems: {0}</source>
        <translation>各表的坐标参考系不同：{0}</translation>
    </message>
    <message>
        <source>latitudes of table {0} run from {1} to {2}; latitude and longitude are swapped</source>
        <translation>表 {0} 的纬度从 {1} 到 {2}，经纬度次序颠倒</translation>
    </message>
    <message>
        <source>latitudes of table {0} run from {1} to {2}</source>
        <translation>表 {0} 的纬度从 {1} 到 {2}</translation>
    </message>
    <message>
        <source>exchange the coordinates, or give the CRS they are really in</source>
        <translation>请交换坐标次序，或指定其真实的坐标参考系</translation>
    </message>
    <message>
        <source>table {0} has coordinates beyond the globe ({1}, {2} to {3}, {4}); those features cannot be placed</source>
        <translation>表 {0} 有坐标超出地球范围（{1}，{2} 至 {3}，{4}），这些要素无法定位</translation>
    </message>
    <message>
        <source>the text is not UTF-8; read as {0}</source>
        <extracomment>ingest/readers/vector_staging.py</extracomment>
        <translation>文本不是 UTF-8，按 {0} 读取</translation>
    </message>
    <message>
        <source>the text is {0}; read as UTF-8</source>
        <translation>文本为 {0}，已转为 UTF-8 读取</translation>
    </message>
    <message>
        <source>there is no .dbf beside it, so the features have no attributes</source>
        <translation>旁边没有 .dbf，要素没有属性</translation>
    </message>
    <message>
        <source>the file is cut short; no record is whole</source>
        <translation>文件不完整，没有一条完整的记录</translation>
    </message>
    <message>
        <source>the file is cut short or damaged; {0} whole records are read</source>
        <translation>文件不完整或已损坏，读入了 {0} 条完整的记录</translation>
    </message>
    <message>
        <source>there is no .shx beside it; the index was rebuilt from the .shp</source>
        <translation>旁边没有 .shx，已由 .shp 重建索引</translation>
    </message>
    <message>
        <source>the archive holds no vector data that can be read</source>
        <translation>压缩包内没有可读的矢量数据</translation>
    </message>
    <message>
        <source>the .cpg names an unknown encoding ({0})</source>
        <translation>.cpg 注明的编码未知（{0}）</translation>
    </message>
    <message>
        <source>the attributes' encoding is not stated; read as {0}</source>
        <translation>属性的编码未注明，按 {0} 读取</translation>
    </message>
    <message>
        <source>is not a zip archive, as a KMZ must be</source>
        <translation>不是 zip 压缩包，而 KMZ 必须是</translation>
    </message>
    <message>
        <source>XML in the encoding {0} is not read</source>
        <extracomment>ingest/readers/xml_guard.py</extracomment>
        <translation>不读取 {0} 编码的 XML</translation>
    </message>
    <message>
        <source>save as UTF-8</source>
        <translation>请另存为 UTF-8</translation>
    </message>
    <message>
        <source>declares an XML document type, which could expand without bound or read other files</source>
        <translation>声明了 XML 文档类型，可能无限展开或读取其他文件</translation>
    </message>
    <message>
        <source>remove the &lt;!DOCTYPE …&gt; from the file if you trust it</source>
        <translation>若信任该文件，请删去其中的 &lt;!DOCTYPE …&gt;</translation>
    </message>
    <message>
        <source>holds no XML element</source>
        <translation>没有 XML 元素</translation>
    </message>
    <message>
        <source>it is not text</source>
        <extracomment>ingest/readers/xyz.py</extracomment>
        <translation>不是文本</translation>
    </message>
    <message>
        <source>it is not a table with at least three columns of numbers</source>
        <translation>不是至少有三列数字的表</translation>
    </message>
    <message>
        <source>name the columns X, Y and Z</source>
        <translation>请将列命名为 X、Y 和 Z</translation>
    </message>
    <message>
        <source>{0} lines of the first {1} are no rows</source>
        <translation>前 {1} 行中有 {0} 行不是数据行</translation>
    </message>
    <message>
        <source>{0} lines are not rows of {1} numbers; left out</source>
        <translation>{0} 行不是 {1} 个数字，已略去</translation>
    </message>
    <message>
        <source>'{0}' is not a number of points</source>
        <translation>“{0}”不是点数</translation>
    </message>
    <message>
        <source>rows follow the points that the file counts; left out</source>
        <translation>文件所计点数之后还有数据行，已略去</translation>
    </message>
    <message>
        <source>truncated inside a scan's header</source>
        <translation>文件在某站扫描的头部截断</translation>
    </message>
    <message>
        <source>{0} directions without a return are left out</source>
        <translation>{0} 个没有回波的方向已略去</translation>
    </message>
    <message>
        <source>no header: columns are taken to be {0}</source>
        <translation>没有表头，各列视为 {0}</translation>
    </message>
    <message>
        <source>it has no points</source>
        <translation>没有点</translation>
    </message>
    <message>
        <source>its header names no {0} column ({1})</source>
        <extracomment>ingest/readers/xyz_layout.py</extracomment>
        <translation>表头没有 {0} 列（{1}）</translation>
    </message>
    <message>
        <source>its header names more than one {0} column ({1})</source>
        <translation>表头有多个 {0} 列（{1}）</translation>
    </message>
    <message>
        <source>{0} is longer than stated</source>
        <extracomment>ingest/readers/zip_guard.py</extracomment>
        <translation>{0} 长于声明的长度</translation>
    </message>
    <message>
        <source>{0} in the archive is damaged ({1})</source>
        <translation>压缩包内的 {0} 已损坏（{1}）</translation>
    </message>
    <message>
        <source>{0} in the archive is damaged</source>
        <translation>压缩包内的 {0} 已损坏</translation>
    </message>
    <message>
        <source>the zip archive is damaged ({0})</source>
        <translation>zip 压缩包已损坏（{0}）</translation>
    </message>
    <message>
        <source>the archive has {0} members, more than {1}</source>
        <translation>压缩包有 {0} 个成员，超过 {1} 个</translation>
    </message>
    <message>
        <source>the archive's member {0} points outside of it</source>
        <translation>压缩包的成员 {0} 指向包外</translation>
    </message>
    <message>
        <source>the archive's member {0} is a link</source>
        <translation>压缩包的成员 {0} 是链接</translation>
    </message>
    <message>
        <source>the archive is encrypted</source>
        <translation>压缩包已加密</translation>
    </message>
    <message>
        <source>unpack it first</source>
        <translation>请先解压</translation>
    </message>
    <message>
        <source>the archive has the member {0} twice</source>
        <translation>压缩包中成员 {0} 出现两次</translation>
    </message>
    <message>
        <source>the archive's member {0} unpacks implausibly large</source>
        <translation>压缩包的成员 {0} 解压后大得不合理</translation>
    </message>
    <message>
        <source>the archive unpacks to {0} MiB</source>
        <translation>压缩包解压后达 {0} MiB</translation>
    </message>
    <message>
        <source>unpack it and add the files</source>
        <translation>请解压后添加其中的文件</translation>
    </message>
    <message>
        <source>states no coordinate reference system; placed at the project's origin as local metres</source>
        <extracomment>ingest/placement.py</extracomment>
        <translation>未说明坐标参考系，已按本地米制坐标置于项目原点</translation>
    </message>
    <message>
        <source>states no coordinate reference system; its coordinates were taken to be in the project's {0} (give --crs if that is wrong)</source>
        <extracomment>ingest/placement.py</extracomment>
        <translation>未说明坐标参考系，其坐标按项目的 {0} 处理（若不对，请用 --crs 指定）</translation>
    </message>
    <message>
        <source>states no coordinate reference system; its coordinates were taken as metres from the project's origin (give --crs if that is wrong)</source>
        <extracomment>ingest/placement.py</extracomment>
        <translation>未说明坐标参考系，其坐标按自项目原点起的米处理（若不对，请用 --crs 指定）</translation>
    </message>
    <message>
        <source>is not placed on the globe; its coordinates were taken as metres from the project's origin</source>
        <extracomment>ingest/tiling/adopt.py</extracomment>
        <translation>没有地理位置，其坐标按自项目原点起的米处理</translation>
    </message>
    <message>
        <source>is a layer of another project, in that project's local coordinates</source>
        <translation>是另一项目的图层，采用该项目的局部坐标</translation>
    </message>
    <message>
        <source>import the source it was made from</source>
        <translation>请导入其原始数据</translation>
    </message>
    <message>
        <source>has {0} MiB, and only {1} MiB are free</source>
        <translation>大小为 {0} MiB，而可用空间只有 {1} MiB</translation>
    </message>
    <message>
        <source>free some space, or add it with --link</source>
        <translation>请腾出空间，或以链接方式添加（命令行用 --link）</translation>
    </message>
    <message>
        <source>cannot be copied ({0})</source>
        <translation>无法复制（{0}）</translation>
    </message>
    <message>
        <source>{0} values from {1} to {2} (2nd to 98th percentile) are shown as 0 to 255</source>
        <extracomment>ingest/tiling/colours.py</extracomment>
        <translation>{0} 值从 {1} 到 {2}（第 2 至第 98 百分位）显示为 0 至 255</translation>
    </message>
    <message>
        <source>bands 1, 2 and 3 of {0} are shown as red, green and blue</source>
        <translation>{0} 个波段中的第 1、2、3 波段显示为红、绿、蓝</translation>
    </message>
    <message>
        <source>cannot be written ({0})</source>
        <extracomment>ingest/tiling/feature_table.py</extracomment>
        <translation>无法写入（{0}）</translation>
    </message>
    <message>
        <source>is used twice</source>
        <extracomment>ingest/tiling/hierarchy.py</extracomment>
        <translation>出现了两次</translation>
    </message>
    <message>
        <source>does not come before its child</source>
        <translation>没有排在其子瓦片之前</translation>
    </message>
    <message>
        <source>{0} triangles without area or finite coordinates are left out</source>
        <extracomment>ingest/tiling/meshes.py</extracomment>
        <translation>{0} 个没有面积或坐标无效的三角形已略去</translation>
    </message>
    <message>
        <source>{0} points without a usable place are left out (not finite, or more than {1} km from the origin)</source>
        <extracomment>ingest/tiling/points.py</extracomment>
        <translation>{0} 个位置不可用的点已略去（坐标无效，或距原点超过 {1} km）</translation>
    </message>
    <message>
        <source>there are no points to show</source>
        <translation>没有可显示的点</translation>
    </message>
    <message>
        <source>every colour is black, so colours are left out</source>
        <translation>颜色全为黑色，因此不使用颜色</translation>
    </message>
    <message>
        <source>has no georeference</source>
        <extracomment>ingest/tiling/raster.py</extracomment>
        <translation>没有地理参考</translation>
    </message>
    <message>
        <source>put a world file beside it</source>
        <translation>请在旁边放置坐标文件（world file）</translation>
    </message>
    <message>
        <source>states no CRS</source>
        <translation>未注明坐标参考系</translation>
    </message>
    <message>
        <source>give one with --crs</source>
        <translation>请指定坐标参考系（命令行用 --crs）</translation>
    </message>
    <message>
        <source>{0} has no place in {1} ({2})</source>
        <translation>{0} 在 {1} 中没有位置（{2}）</translation>
    </message>
    <message>
        <source>would take {0} x {1} pixels</source>
        <translation>将占 {0} × {1} 像素</translation>
    </message>
    <message>
        <source>{0} heights outside {1} to {2} m are taken as no data</source>
        <translation>{0} 个在 {1} 至 {2} m 之外的高程按无数据处理</translation>
    </message>
    <message>
        <source>{0} features have no place in the project's CRS; only their attributes are kept</source>
        <extracomment>ingest/tiling/vector.py</extracomment>
        <translation>{0} 个要素在项目的坐标参考系中没有位置，只保留其属性</translation>
    </message>
    <message>
        <source>{0} values do not fit the type of their column; left empty</source>
        <translation>{0} 个值与所在列的类型不符，留空</translation>
    </message>
    <message>
        <source>{0} of {1} buildings state no height; they stand {2} m high</source>
        <translation>{1} 座建筑中有 {0} 座未注明高度，按 {2} m 高显示</translation>
    </message>
    <message>
        <source>{0} outlines cross themselves and were repaired</source>
        <translation>{0} 条轮廓线自相交，已修复</translation>
    </message>
    <message>
        <source>three finite numbers</source>
        <extracomment>rendering/camera.py</extracomment>
        <translation>应为三个有效数字</translation>
    </message>
    <message>
        <source>between 1 and 170</source>
        <translation>应在 1 到 170 之间</translation>
    </message>
    <message>
        <source>eye and target</source>
        <translation>应给出视点和目标点</translation>
    </message>
    <message>
        <source>has no table 'features' with a geometry</source>
        <extracomment>rendering/features.py</extracomment>
        <translation>没有含几何的表 features</translation>
    </message>
    <message>
        <source>import it again</source>
        <translation>请重新导入</translation>
    </message>
    <message>
        <source>holds a geometry that is not in GeoPackage form</source>
        <translation>含有不符合 GeoPackage 格式的几何</translation>
    </message>
    <message>
        <source>is no GeoPackage</source>
        <translation>不是 GeoPackage</translation>
    </message>
    <message>
        <source>import the layer again</source>
        <translation>请重新导入该图层</translation>
    </message>
    <message>
        <source>is a damaged GeoPackage ({0})</source>
        <translation>是已损坏的 GeoPackage（{0}）</translation>
    </message>
    <message>
        <source>is no readable terrain ({0})</source>
        <extracomment>rendering/ground/heights.py</extracomment>
        <translation>不是可读的地形（{0}）</translation>
    </message>
    <message>
        <source>the terrain is not north-up</source>
        <translation>地形不是上北方向</translation>
    </message>
    <message>
        <source>the terrain holds no height at all</source>
        <translation>地形没有任何高程</translation>
    </message>
    <message>
        <source>is no readable imagery ({0})</source>
        <extracomment>rendering/ground/imagery.py</extracomment>
        <translation>不是可读的影像（{0}）</translation>
    </message>
    <message>
        <source>the imagery is not north-up</source>
        <translation>影像不是上北方向</translation>
    </message>
    <message>
        <source>{0} instances of {1} vertices are too many for a tile</source>
        <extracomment>rendering/tiles/parts.py</extracomment>
        <translation>{0} 个实例、每个 {1} 个顶点，对一块瓦片过多</translation>
    </message>
    <message>
        <source>{0} x {1} is too large</source>
        <translation>{0} × {1} 过大</translation>
    </message>
    <message>
        <source>cannot be decoded ({0})</source>
        <translation>无法解码（{0}）</translation>
    </message>
    <message>
        <source>an account has a name</source>
        <extracomment>twin_model/alarms/accounts.py</extracomment>
        <translation>账户必须有名称</translation>
    </message>
    <message>
        <source>a password has {0} to {1} characters</source>
        <translation>密码应有 {0} 至 {1} 个字符</translation>
    </message>
    <message>
        <source>{0} is the only administrator</source>
        <translation>{0} 是唯一的管理员</translation>
    </message>
    <message>
        <source>too many wrong passwords for {0}</source>
        <translation>{0} 的密码错误次数过多</translation>
    </message>
    <message>
        <source>wait {0} seconds</source>
        <translation>请等待 {0} 秒</translation>
    </message>
    <message>
        <source>name or password is wrong</source>
        <translation>用户名或密码错误</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not acknowledge alarms</source>
        <translation>{0} 以{1}身份登录，无权确认告警</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not reset alarms</source>
        <translation>{0} 以{1}身份登录，无权复位告警</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not shelve alarms</source>
        <translation>{0} 以{1}身份登录，无权搁置告警</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not bring shelved alarms back</source>
        <translation>{0} 以{1}身份登录，无权取消搁置</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not take alarms out of service</source>
        <translation>{0} 以{1}身份登录，无权停用告警</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not put alarms in service</source>
        <translation>{0} 以{1}身份登录，无权启用告警</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not comment on alarms</source>
        <translation>{0} 以{1}身份登录，无权为告警添加备注</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not change accounts</source>
        <translation>{0} 以{1}身份登录，无权更改账户</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not change rules</source>
        <translation>{0} 以{1}身份登录，无权更改规则</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not change connections</source>
        <translation>{0} 以{1}身份登录，无权更改连接</translation>
    </message>
    <message>
        <source>this project demands sign-in</source>
        <translation>此项目要求登录</translation>
    </message>
    <message>
        <source>give name and password</source>
        <translation>请输入用户名和密码</translation>
    </message>
    <message>
        <source>close it elsewhere first</source>
        <translation>请先在别处关闭它</translation>
    </message>
    <message>
        <source>history: {0} is damaged ({1}); move it away</source>
        <translation>历史数据：{0} 已损坏（{1}）；请将其移走</translation>
    </message>
    <message>
        <source>sign in as {0}</source>
        <translation>请以{0}身份登录</translation>
    </message>
    <message>
        <source>there is no administrator yet</source>
        <translation>尚无管理员</translation>
    </message>
    <message>
        <source>make that account first</source>
        <translation>请先建立该账户</translation>
    </message>
    <message>
        <source>{0} may shelve for {1} hours at most</source>
        <extracomment>twin_model/alarms/desk.py</extracomment>
        <translation>{0}最多可搁置 {1} 小时</translation>
    </message>
    <message>
        <source>choose a shorter time</source>
        <translation>请选择较短的时间</translation>
    </message>
    <message>
        <source>no alarm point {0}</source>
        <extracomment>twin_model/alarms/engine.py</extracomment>
        <translation>没有告警点 {0}</translation>
    </message>
    <message>
        <source>alarm {0} is {1}; there is nothing to acknowledge</source>
        <extracomment>twin_model/alarms/machine.py</extracomment>
        <translation>告警 {0} 的状态为“{1}”，无需确认</translation>
    </message>
    <message>
        <source>alarm {0} is {1}; only a latched alarm can be reset</source>
        <translation>告警 {0} 的状态为“{1}”，只有已锁存的告警才能复位</translation>
    </message>
    <message>
        <source>alarm {0} is latched</source>
        <translation>告警 {0} 已锁存</translation>
    </message>
    <message>
        <source>acknowledge it first</source>
        <translation>请先确认</translation>
    </message>
    <message>
        <source>alarm {0} is shelved for a reason only</source>
        <translation>搁置告警 {0} 必须填写原因</translation>
    </message>
    <message>
        <source>give one</source>
        <translation>请填写原因</translation>
    </message>
    <message>
        <source>alarm {0}: the end of shelving is not ahead</source>
        <translation>告警 {0}：搁置的结束时间必须晚于现在</translation>
    </message>
    <message>
        <source>alarm {0} is {1} already</source>
        <translation>告警 {0} 的状态已为“{1}”</translation>
    </message>
    <message>
        <source>alarm {0} is not active</source>
        <translation>告警 {0} 当前未触发</translation>
    </message>
    <message>
        <source>shelve it for a time instead</source>
        <translation>请改为按时间搁置</translation>
    </message>
    <message>
        <source>alarm {0} is {1}, not shelved</source>
        <translation>告警 {0} 的状态为“{1}”，未被搁置</translation>
    </message>
    <message>
        <source>alarm {0} is suppressed for a reason only</source>
        <translation>抑制告警 {0} 必须填写原因</translation>
    </message>
    <message>
        <source>alarm {0} is taken out of service for a reason only</source>
        <translation>停用告警 {0} 必须填写原因</translation>
    </message>
    <message>
        <source>alarm {0} is out of service already</source>
        <translation>告警 {0} 已停用</translation>
    </message>
    <message>
        <source>alarm {0} is {1}, not out of service</source>
        <translation>告警 {0} 的状态为“{1}”，未被停用</translation>
    </message>
    <message>
        <source>alarm {0}: a comment has a text</source>
        <translation>告警 {0}：备注不能为空</translation>
    </message>
    <message>
        <source>occurs twice in the table</source>
        <extracomment>twin_model/codes/classification.py</extracomment>
        <translation>在表中出现两次</translation>
    </message>
    <message>
        <source>no column {0}</source>
        <translation>没有 {0} 列</translation>
    </message>
    <message>
        <source>no known column; did you mean {0}?</source>
        <translation>没有这一列，是否指 {0}？</translation>
    </message>
    <message>
        <source>no known column</source>
        <translation>没有这一列</translation>
    </message>
    <message>
        <source>not in the table; near it are {0}</source>
        <translation>表中没有，相近的有 {0}</translation>
    </message>
    <message>
        <source>not in the table</source>
        <translation>表中没有</translation>
    </message>
    <message>
        <source>has no free code left</source>
        <translation>已没有可用的代码</translation>
    </message>
    <message>
        <source>already means {0}; take a free code</source>
        <translation>已表示{0}，请另取代码</translation>
    </message>
    <message>
        <source>was retired with edition {0}; take a free code</source>
        <translation>自 {0} 版起停用，请另取代码</translation>
    </message>
    <message>
        <source>more than {0} lines</source>
        <translation>超过 {0} 行</translation>
    </message>
    <message>
        <source>has {0} columns instead of {1}</source>
        <translation>有 {0} 列，应为 {1} 列</translation>
    </message>
    <message>
        <source>two capital letters, four digits</source>
        <translation>应为两个大写字母加四位数字</translation>
    </message>
    <message>
        <source>has no name</source>
        <translation>没有名称</translation>
    </message>
    <message>
        <source>coordinates must be finite</source>
        <extracomment>twin_model/codes/grid.py</extracomment>
        <translation>坐标必须是有效数字</translation>
    </message>
    <message>
        <source>longitude must lie within ±180 degrees</source>
        <translation>经度必须在 ±180 度之间</translation>
    </message>
    <message>
        <source>latitude must lie within ±90 degrees</source>
        <translation>纬度必须在 ±90 度之间</translation>
    </message>
    <message>
        <source>must be 1 to 10</source>
        <translation>必须是 1 至 10</translation>
    </message>
    <message>
        <source>a code has one of the lengths {0}</source>
        <translation>编码长度应为 {0} 之一</translation>
    </message>
    <message>
        <source>names a hemisphere, not a cell</source>
        <translation>只表示半球，不是网格单元</translation>
    </message>
    <message>
        <source>starts with N or S and a zone from 01 to 60</source>
        <translation>应以 N 或 S 和 01 至 60 的带号开头</translation>
    </message>
    <message>
        <source>the row is a letter from A to V</source>
        <translation>行号应为 A 至 V 的字母</translation>
    </message>
    <message>
        <source>'{0}' is no index at level {1}</source>
        <translation>“{0}”不是第 {1} 级的索引</translation>
    </message>
    <message>
        <source>has no parent cell</source>
        <translation>没有上级网格单元</translation>
    </message>
    <message>
        <source>a reference has level 5 to the code's</source>
        <translation>参照单元的级别应为第 5 级至该编码的级别</translation>
    </message>
    <message>
        <source>lies more than 7 cells from {0}; use a coarser level</source>
        <translation>距 {0} 超过 7 个单元，请用较粗的级别</translation>
    </message>
    <message>
        <source>no single cell holds these bounds</source>
        <translation>没有单个网格单元能容纳该范围</translation>
    </message>
    <message>
        <source>the polar area from 88 degrees on is not supported</source>
        <translation>不支持 88 度以上的极区</translation>
    </message>
    <message>
        <source>has a sign and two to eleven characters</source>
        <extracomment>twin_model/codes/height.py</extracomment>
        <translation>应有正负号和二至十一个字符</translation>
    </message>
    <message>
        <source>character {0} is not allowed</source>
        <translation>不允许第 {0} 个字符</translation>
    </message>
    <message>
        <source>has one of the lengths {0}</source>
        <translation>长度应为 {0} 之一</translation>
    </message>
    <message>
        <source>outside -6302 km to 528680 km</source>
        <translation>超出 -6302 km 至 528680 km</translation>
    </message>
    <message>
        <source>outside the range of the code</source>
        <translation>超出该编码的范围</translation>
    </message>
    <message>
        <source>six digits of GB/T 2260</source>
        <extracomment>twin_model/codes/management.py</extracomment>
        <translation>应为 GB/T 2260 的六位数字</translation>
    </message>
    <message>
        <source>no province starts so (GB/T 2260)</source>
        <translation>没有以此开头的省级代码（GB/T 2260）</translation>
    </message>
    <message>
        <source>a county without a prefecture</source>
        <translation>有县级代码而没有地级代码</translation>
    </message>
    <message>
        <source>not in the list of divisions</source>
        <translation>不在行政区划表中</translation>
    </message>
    <message>
        <source>only {0} numbers are left in this division and class</source>
        <translation>该区划与类别中只剩 {0} 个编号</translation>
    </message>
    <message>
        <source>two digits, 01 to 99</source>
        <translation>应为两位数字，01 至 99</translation>
    </message>
    <message>
        <source>0 to {0}</source>
        <translation>应为 0 至 {0}</translation>
    </message>
    <message>
        <source>sixteen digits</source>
        <translation>应为十六位数字</translation>
    </message>
    <message>
        <source>no class of the table has this component class</source>
        <translation>表中没有对应该部件类别的分类</translation>
    </message>
    <message>
        <source>1 to {0}</source>
        <translation>应为 1 至 {0}</translation>
    </message>
    <message>
        <source>not of the form AAAAAA-CCCCCC-NNNNNN</source>
        <translation>不符合 AAAAAA-CCCCCC-NNNNNN 的格式</translation>
    </message>
    <message>
        <source>names no date ({0})</source>
        <extracomment>twin_model/codes/moment.py</extracomment>
        <translation>不是有效日期（{0}）</translation>
    </message>
    <message>
        <source>fourteen digits and 1 to 8</source>
        <translation>应为十四位数字加 1 至 8</translation>
    </message>
    <message>
        <source>digits after the first {0} are 0</source>
        <translation>前 {0} 位之后的数字应为 0</translation>
    </message>
    <message>
        <source>no layer {0}</source>
        <extracomment>twin_model/commands.py</extracomment>
        <translation>没有图层 {0}</translation>
    </message>
    <message>
        <source>{0}: {1} (at byte {2}); {3}</source>
        <extracomment>twin_model/errors.py</extracomment>
        <translation>{0}：{1}（位于第 {2} 字节）；{3}</translation>
    </message>
    <message>
        <source>{0}: {1} (at byte {2})</source>
        <translation>{0}：{1}（位于第 {2} 字节）</translation>
    </message>
    <message>
        <source>plugin {0}: {1}</source>
        <translation>插件 {0}：{1}</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>this type does not allow these relations: {0}; remove or change them first</source>
        <translation>该类型不允许下列关系：{0}；请先移除或更改</translation>
    </message>
    <message>
        <source>this type does not allow these relations: {0} and {1} more; remove or change them first</source>
        <translation>该类型不允许下列关系：{0}，另有 {1} 条；请先移除或更改</translation>
    </message>
    <message>
        <source>{0} ({1}) is not a projected CRS</source>
        <extracomment>twin_model/frame.py</extracomment>
        <translation>{0}（{1}）不是投影坐标参考系</translation>
    </message>
    <message>
        <source>give one in metres such as EPSG:4549, or the UTM zone EPSG:326nn / 327nn</source>
        <translation>请给出以米为单位的坐标参考系，如 EPSG:4549，或 UTM 分带 EPSG:326nn / 327nn</translation>
    </message>
    <message>
        <source>{0} ({1}) is in {2}, not metres</source>
        <translation>{0}（{1}）的单位是 {2}，不是米</translation>
    </message>
    <message>
        <source>choose a metric CRS for the project; sources in other units are converted</source>
        <translation>请为项目选择以米为单位的坐标参考系，其他单位的数据会自动换算</translation>
    </message>
    <message>
        <source>origin {0} is not finite</source>
        <translation>原点 {0} 不是有效数字</translation>
    </message>
    <message>
        <source>heights are taken to be in {0}, like the horizontal coordinates</source>
        <translation>高程按与平面坐标相同的单位 {0} 处理</translation>
    </message>
    <message>
        <source>the source states no vertical datum; its heights are used as they are in the project's ({0})</source>
        <translation>数据未注明高程基准，其高程按项目的高程基准（{0}）原值使用</translation>
    </message>
    <message>
        <source>heights are in {0} and the project's in {1}; the transformation between them is not installed, so they are used as they are</source>
        <translation>数据的高程基准为 {0}，项目为 {1}；两者之间的转换未安装，高程按原值使用</translation>
    </message>
    <message>
        <source>coordinates cannot be transformed: {0}</source>
        <translation>坐标无法转换：{0}</translation>
    </message>
    <message>
        <source>{0} of {1} points have no place in {2} (first: {3}, {4})</source>
        <translation>{1} 个点中有 {0} 个在 {2} 中没有位置（其中第一个：{3}，{4}）</translation>
    </message>
    <message>
        <source>check the CRS and the order of its axes</source>
        <translation>请核对坐标参考系及其坐标轴次序</translation>
    </message>
    <message>
        <source>CRS text of {0} characters is longer than {1}</source>
        <translation>坐标参考系文本有 {0} 个字符，超过 {1} 个</translation>
    </message>
    <message>
        <source>PROJ has no operation from {0} to {1}</source>
        <translation>PROJ 没有从 {0} 到 {1} 的转换</translation>
    </message>
    <message>
        <source>'{0}' is not a coordinate reference system that PROJ knows</source>
        <translation>PROJ 不认识坐标参考系“{0}”</translation>
    </message>
    <message>
        <source>give an authority code such as EPSG:4549, or WKT</source>
        <translation>请给出代码（如 EPSG:4549）或 WKT</translation>
    </message>
    <message>
        <source>no UTM zone covers longitude {0}, latitude {1}</source>
        <translation>没有 UTM 分带涵盖经度 {0}、纬度 {1}</translation>
    </message>
    <message>
        <source>more than {0} entities are reached; name the kinds of relation</source>
        <extracomment>twin_model/impact.py</extracomment>
        <translation>涉及的实体超过 {0} 个，请指定关系的种类</translation>
    </message>
    <message>
        <source>no entity with id {0}</source>
        <translation>没有 id 为 {0} 的实体</translation>
    </message>
    <message>
        <source>needs a start and an end</source>
        <extracomment>twin_model/live/replay.py</extracomment>
        <translation>需要起止时间</translation>
    </message>
    <message>
        <source>must be positive</source>
        <translation>必须大于零</translation>
    </message>
    <message>
        <source>{0} samples wait that may not be lost; sources are slowed</source>
        <extracomment>twin_model/live/subscription.py</extracomment>
        <translation>{0} 条不可丢失的采样在等待，数据源已放慢</translation>
    </message>
    <message>
        <source>{0}: no such folder</source>
        <extracomment>twin_model/project.py</extracomment>
        <translation>{0}：没有这样的文件夹</translation>
    </message>
    <message>
        <source>make it with shapan new</source>
        <translation>请用 shapan new 新建</translation>
    </message>
    <message>
        <source>{0} is not a Shapan project (no {1})</source>
        <translation>{0} 不是沙盘项目（没有 {1}）</translation>
    </message>
    <message>
        <source>make one with shapan new</source>
        <translation>请用 shapan new 新建一个</translation>
    </message>
    <message>
        <source>{0} is damaged ({1})</source>
        <translation>{0} 已损坏（{1}）</translation>
    </message>
    <message>
        <source>restore it from a copy</source>
        <translation>请从备份恢复</translation>
    </message>
    <message>
        <source>{0} does not belong to a Shapan project</source>
        <translation>{0} 不属于沙盘项目</translation>
    </message>
    <message>
        <source>{0} was written by a newer Shapan (format {1}, this one knows {2})</source>
        <translation>{0} 由更新版本的沙盘写成（格式 {1}，本版本最高支持 {2}）</translation>
    </message>
    <message>
        <source>update Shapan</source>
        <translation>请更新沙盘</translation>
    </message>
    <message>
        <source>longer than 4000 characters</source>
        <extracomment>twin_model/query_text.py</extracomment>
        <translation>超过 4000 个字符</translation>
    </message>
    <message>
        <source>a value expected, not {0}</source>
        <translation>此处应为值，而不是 {0}</translation>
    </message>
    <message>
        <source>a comparison expected after {0}, not {1}</source>
        <translation>{0} 之后应为比较符，而不是 {1}</translation>
    </message>
    <message>
        <source>ends too early</source>
        <translation>条件不完整</translation>
    </message>
    <message>
        <source>{0} expected, not {1}</source>
        <translation>此处应为 {0}，而不是 {1}</translation>
    </message>
    <message>
        <source>a number expected, not {0}</source>
        <translation>此处应为数字，而不是 {0}</translation>
    </message>
    <message>
        <source>{0} is out of range</source>
        <translation>{0} 超出范围</translation>
    </message>
    <message>
        <source>{0} is not a whole number from {1} to {2}</source>
        <translation>{0} 不是 {1} 至 {2} 的整数</translation>
    </message>
    <message>
        <source>a property expected, not {0}</source>
        <translation>此处应为属性，而不是 {0}</translation>
    </message>
    <message>
        <source>an entity expected, not {0}</source>
        <translation>此处应为 实体，而不是 {0}</translation>
    </message>
    <message>
        <source>a kind of relation, or 'any' expected, not {0}</source>
        <translation>此处应为关系种类或 'any'，而不是 {0}</translation>
    </message>
    <message>
        <source>a place or an entity expected, not {0}</source>
        <translation>此处应为位置或 实体，而不是 {0}</translation>
    </message>
    <message>
        <source>a type expected, not {0}</source>
        <translation>此处应为类型，而不是 {0}</translation>
    </message>
    <message>
        <source>a time expected, not {0}</source>
        <translation>此处应为时间，而不是 {0}</translation>
    </message>
    <message>
        <source>nested deeper than {0}</source>
        <translation>嵌套超过 {0} 层</translation>
    </message>
    <message>
        <source>a box has four numbers, or six in three dimensions</source>
        <translation>范围框应有四个数字，三维时为六个</translation>
    </message>
    <message>
        <source>a distance is not negative</source>
        <translation>距离不能为负</translation>
    </message>
    <message>
        <source>distances of outlines are in plan: give two numbers</source>
        <translation>轮廓间的距离按平面计算：请给出两个数字</translation>
    </message>
    <message>
        <source>a place has two numbers or three</source>
        <translation>位置应有两个或三个数字</translation>
    </message>
    <message>
        <source>a polygon has 3 to {0} corners</source>
        <translation>多边形应有 3 至 {0} 个角点</translation>
    </message>
    <message>
        <source>more than {0} steps</source>
        <translation>超过 {0} 步</translation>
    </message>
    <message>
        <source>cannot read {0} at character {1}</source>
        <translation>第 {1} 个字符处的 {0} 无法理解</translation>
    </message>
    <message>
        <source>'null' expected, not {0}</source>
        <translation>此处应为 'null'，而不是 {0}</translation>
    </message>
    <message>
        <source>{0} is not expected here</source>
        <translation>此处不应有 {0}</translation>
    </message>
    <message>
        <source>a relation has a kind</source>
        <extracomment>twin_model/relations.py</extracomment>
        <translation>关系必须有种类</translation>
    </message>
    <message>
        <source>an entity is related to itself</source>
        <translation>实体不能与自身建立关系</translation>
    </message>
    <message>
        <source>holds for no time at all</source>
        <translation>有效时间为零</translation>
    </message>
    <message>
        <source>must be one of {0}</source>
        <translation>必须是 {0} 之一</translation>
    </message>
    <message>
        <source>is not known</source>
        <extracomment>twin_model/rules/binding.py</extracomment>
        <translation>未知</translation>
    </message>
    <message>
        <source>no time zone {0}</source>
        <extracomment>twin_model/rules/calendar.py</extracomment>
        <translation>没有时区 {0}</translation>
    </message>
    <message>
        <source>longer than {0} characters</source>
        <extracomment>twin_model/rules/expression.py</extracomment>
        <translation>超过 {0} 个字符</translation>
    </message>
    <message>
        <source>a condition is a comparison, or several joined by and, or, not</source>
        <translation>条件应为一个比较，或以 and、or、not 连接的多个比较</translation>
    </message>
    <message>
        <source>more than {0} operations or nested deeper than allowed</source>
        <translation>运算超过 {0} 个，或嵌套过深</translation>
    </message>
    <message>
        <source>{0} is not part of the language</source>
        <translation>条件语言不包含 {0}</translation>
    </message>
    <message>
        <source>and, or, not, any, all and count take comparisons</source>
        <translation>and、or、not、any、all 和 count 只作用于比较</translation>
    </message>
    <message>
        <source>a comparison is no number</source>
        <translation>比较不是数字</translation>
    </message>
    <message>
        <source>{0} is neither a number nor a text</source>
        <translation>{0} 既不是数字也不是文本</translation>
    </message>
    <message>
        <source>{0} is no indicator or attribute</source>
        <translation>{0} 既不是指标也不是属性</translation>
    </message>
    <message>
        <source>write {0}</source>
        <translation>请写作 {0}</translation>
    </message>
    <message>
        <source>only the functions of the language can be called</source>
        <translation>只能调用条件语言中的函数</translation>
    </message>
    <message>
        <source>{0} with {1} arguments is none of: {2}</source>
        <translation>没有带 {1} 个参数的 {0}，可用的有：{2}</translation>
    </message>
    <message>
        <source>more than {0} relations within each other</source>
        <translation>关系嵌套超过 {0} 层</translation>
    </message>
    <message>
        <source>{0} takes a relation and what to look at</source>
        <translation>{0} 需要一个关系和要查看的内容</translation>
    </message>
    <message>
        <source>a relation is written feeds, or feeds.district for one type</source>
        <translation>关系写作 feeds，限定类型时写作 feeds.district</translation>
    </message>
    <message>
        <source>{0}: a word is equal to another or not, never above it</source>
        <extracomment>twin_model/rules/model.py</extracomment>
        <translation>{0}：文本只能比较是否相等，不能比较大小</translation>
    </message>
    <message>
        <source>{0}: either a threshold or a property that holds it</source>
        <translation>{0}：应给出阈值，或给出存放阈值的属性，二者取一</translation>
    </message>
    <message>
        <source>{0}: dwelling, and only that, has a time</source>
        <translation>{0}：只有停留规则有时间，且必须有</translation>
    </message>
    <message>
        <source>a rule applies to a type, to a condition or to named entities</source>
        <translation>规则应适用于某一类型、某一条件或指定的实体</translation>
    </message>
    <message>
        <source>was never saved</source>
        <extracomment>twin_model/rules/rule_set.py</extracomment>
        <translation>从未保存</translation>
    </message>
    <message>
        <source>rules are declared twice: {0}</source>
        <translation>规则重复声明：{0}</translation>
    </message>
    <message>
        <source>longer than {0} bytes</source>
        <translation>超过 {0} 字节</translation>
    </message>
    <message>
        <source>is no document of rules</source>
        <translation>不是规则文件</translation>
    </message>
    <message>
        <source>is of a newer Shapan; update it</source>
        <translation>由更新版本的沙盘写成，请更新</translation>
    </message>
    <message>
        <source>is not (n, 3)</source>
        <extracomment>twin_model/samples.py</extracomment>
        <translation>形状应为 (n, 3)</translation>
    </message>
    <message>
        <source>differ in length</source>
        <translation>长度不一致</translation>
    </message>
    <message>
        <source>no name among {0}</source>
        <translation>不在 {0} 个名称之内</translation>
    </message>
    <message>
        <source>larger than 32 MiB</source>
        <extracomment>twin_model/schema/catalogue.py</extracomment>
        <translation>大于 32 MiB</translation>
    </message>
    <message>
        <source>not JSON ({0})</source>
        <translation>不是 JSON（{0}）</translation>
    </message>
    <message>
        <source>has no list of types</source>
        <translation>没有类型列表</translation>
    </message>
    <message>
        <source>this program reads format {0}; update it</source>
        <translation>本程序支持的格式为 {0}，请更新</translation>
    </message>
    <message>
        <source>extended by {0}</source>
        <translation>被 {0} 继承</translation>
    </message>
    <message>
        <source>extends itself: {0}</source>
        <translation>继承自身：{0}</translation>
    </message>
    <message>
        <source>already declared by {0}; give it another id</source>
        <translation>已由 {0} 声明，请另取 id</translation>
    </message>
    <message>
        <source>the type has no such indicator; did you mean {0}?</source>
        <translation>该类型没有这个指标，是否指 {0}？</translation>
    </message>
    <message>
        <source>the type has no such indicator</source>
        <translation>该类型没有这个指标</translation>
    </message>
    <message>
        <source>the type has no such property</source>
        <translation>该类型没有这个属性</translation>
    </message>
    <message>
        <source>more than {0} levels of inheritance</source>
        <translation>继承超过 {0} 级</translation>
    </message>
    <message>
        <source>no such entity type; did you mean {0}?</source>
        <translation>没有这个实体类型，是否指 {0}？</translation>
    </message>
    <message>
        <source>no such entity type</source>
        <translation>没有这个实体类型</translation>
    </message>
    <message>
        <source>declared twice</source>
        <translation>声明了两次</translation>
    </message>
    <message>
        <source>more than {0}</source>
        <translation>超过 {0} 个</translation>
    </message>
    <message>
        <source>not a named content of {0}</source>
        <extracomment>twin_model/schema/dtdl/contents.py</extracomment>
        <translation>不是 {0} 的具名内容</translation>
    </message>
    <message>
        <source>{0} {1} has no schema that DTDL knows</source>
        <translation>{0} {1} 的模式不属于 DTDL</translation>
    </message>
    <message>
        <source>schemas nested deeper than {0}</source>
        <translation>模式嵌套超过 {0} 层</translation>
    </message>
    <message>
        <source>a field of {0} without a name</source>
        <translation>{0} 有未命名的字段</translation>
    </message>
    <message>
        <source>{0} {1}: an enum value is a text or a whole number</source>
        <translation>{0} {1}：枚举值应为文本或整数</translation>
    </message>
    <message>
        <source>component {0} is not defined here; any object is allowed</source>
        <translation>组件 {0} 未在此定义，允许任何对象</translation>
    </message>
    <message>
        <source>cut to {0} characters</source>
        <translation>截短为 {0} 个字符</translation>
    </message>
    <message>
        <source>has a unit but is no number; {0} left out</source>
        <translation>有单位但不是数字，{0} 已略去</translation>
    </message>
    <message>
        <source>unit {0} is not known; left out</source>
        <translation>未知的单位 {0}，已略去</translation>
    </message>
    <message>
        <source>schema {0} is not defined here; any value is allowed</source>
        <translation>模式 {0} 未在此定义，允许任何值</translation>
    </message>
    <message>
        <source>its shapan: comment is no JSON; left out</source>
        <translation>其 shapan: 注释不是 JSON，已略去</translation>
    </message>
    <message>
        <source>is in {0} only; kept as if English</source>
        <translation>仅有语言 {0}，按英语保留</translation>
    </message>
    <message>
        <source>target {0} is not defined here; any is allowed</source>
        <translation>目标 {0} 未在此定义，允许任何目标</translation>
    </message>
    <message>
        <source>a {0} has no counterpart; left out</source>
        <translation>{0} 没有对应项，已略去</translation>
    </message>
    <message>
        <source>an interface needs an @id such as dtmi:com:example:Pump;1</source>
        <extracomment>twin_model/schema/dtdl/reading.py</extracomment>
        <translation>接口需要 @id，如 dtmi:com:example:Pump;1</translation>
    </message>
    <message>
        <source>is extended but not among the files; import the file that defines it with them</source>
        <translation>被继承，但不在这些文件之中；请连同定义它的文件一起导入</translation>
    </message>
    <message>
        <source>defined again, in {0}</source>
        <translation>在 {0} 中重复定义</translation>
    </message>
    <message>
        <source>holds no interface</source>
        <translation>没有接口</translation>
    </message>
    <message>
        <source>larger than 64 MiB</source>
        <translation>大于 64 MiB</translation>
    </message>
    <message>
        <source>not an interface</source>
        <translation>不是接口</translation>
    </message>
    <message>
        <source>no DTDL: there is no @context dtmi:dtdl:context;2 or ;3</source>
        <translation>不是 DTDL：没有 @context dtmi:dtdl:context;2 或 ;3</translation>
    </message>
    <message>
        <source>DTDL version {0}; versions 2 and 3 are read</source>
        <translation>DTDL 版本为 {0}，可读版本 2 和 3</translation>
    </message>
    <message>
        <source>not an Interface</source>
        <translation>不是 Interface</translation>
    </message>
    <message>
        <source>is also the name of an inherited relation</source>
        <extracomment>twin_model/schema/dtdl/writing.py</extracomment>
        <translation>与继承的关系同名</translation>
    </message>
    <message>
        <source>{0} does not fit into a comment; left out</source>
        <translation>{0} 放不进注释，已略去</translation>
    </message>
    <message>
        <source>a geometry of any kind becomes a point</source>
        <translation>任意类型的几何按点处理</translation>
    </message>
    <message>
        <source>{0} cut to {1} characters</source>
        <translation>{0} 截短为 {1} 个字符</translation>
    </message>
    <message>
        <source>a {0} cannot become a {1}</source>
        <extracomment>twin_model/schema/migrate.py</extracomment>
        <translation>{0} 不能变为 {1}</translation>
    </message>
    <message>
        <source>is no whole number</source>
        <translation>不是整数</translation>
    </message>
    <message>
        <source>has a value of its own; {0} is not renamed</source>
        <translation>已有自己的值，{0} 未改名</translation>
    </message>
    <message>
        <source>the type had no such property</source>
        <translation>该类型原先没有这个属性</translation>
    </message>
    <message>
        <source>two properties would become one</source>
        <translation>两个属性将合而为一</translation>
    </message>
    <message>
        <source>{0}: only numbers have a unit and a range, not {1}</source>
        <extracomment>twin_model/schema/types.py</extracomment>
        <translation>{0}：只有数字有单位和范围，{1} 没有</translation>
    </message>
    <message>
        <source>{0}: write the unit as {1}</source>
        <translation>{0}：单位请写作 {1}</translation>
    </message>
    <message>
        <source>{0}: minimum {1} above maximum {2}</source>
        <translation>{0}：最小值 {1} 大于最大值 {2}</translation>
    </message>
    <message>
        <source>{0}: nested deeper than {1}</source>
        <translation>{0}：嵌套超过 {1} 层</translation>
    </message>
    <message>
        <source>{0}: only an enum has choices, not {1}</source>
        <translation>{0}：只有枚举有选项，{1} 没有</translation>
    </message>
    <message>
        <source>{0}: choices must differ and be of one kind</source>
        <translation>{0}：选项必须互不相同且类型一致</translation>
    </message>
    <message>
        <source>{0}: only an object has fields, not {1}</source>
        <translation>{0}：只有对象有字段，{1} 没有</translation>
    </message>
    <message>
        <source>{0}: two fields of one name</source>
        <translation>{0}：有两个同名字段</translation>
    </message>
    <message>
        <source>{0}: a list or map, and nothing else, has an element</source>
        <translation>{0}：列表或映射才有元素，且必须有</translation>
    </message>
    <message>
        <source>{0}: only a geometry has a geometry type, not {1}</source>
        <translation>{0}：只有几何有几何类型，{1} 没有</translation>
    </message>
    <message>
        <source>{0}: the normal range must lie within the possible one</source>
        <translation>{0}：正常范围必须在可能范围之内</translation>
    </message>
    <message>
        <source>{0}: only numbers have a normal range, not {1}</source>
        <translation>{0}：只有数字有正常范围，{1} 没有</translation>
    </message>
    <message>
        <source>not written as a unit, such as m^3/h</source>
        <extracomment>twin_model/schema/units.py</extracomment>
        <translation>不是单位的写法，例如 m^3/h</translation>
    </message>
    <message>
        <source>cannot be given in {0}</source>
        <translation>无法换算为 {0}</translation>
    </message>
    <message>
        <source>cannot be given in {0} ({1})</source>
        <translation>无法换算为 {0}（{1}）</translation>
    </message>
    <message>
        <source>too large in {0}</source>
        <translation>换算为 {0} 后过大</translation>
    </message>
    <message>
        <source>not a number</source>
        <translation>不是数字</translation>
    </message>
    <message>
        <source>too large</source>
        <translation>数值过大</translation>
    </message>
    <message>
        <source>no known unit; did you mean {0}?</source>
        <translation>未知的单位，是否指 {0}？</translation>
    </message>
    <message>
        <source>no known unit</source>
        <translation>未知的单位</translation>
    </message>
    <message>
        <source>from {0}, {1} may lead only to {2}</source>
        <extracomment>twin_model/schema/validation.py</extracomment>
        <translation>自 {0} 起的 {1} 关系只能指向 {2}</translation>
    </message>
    <message>
        <source>{0} is reached by {1} of them at most</source>
        <translation>{0} 最多被 {1} 个指向</translation>
    </message>
    <message>
        <source>is only there to be extended; choose one of {0}</source>
        <translation>该类型只供继承，请选择 {0} 之一</translation>
    </message>
    <message>
        <source>is required</source>
        <extracomment>twin_model/schema/values.py</extracomment>
        <translation>不能为空</translation>
    </message>
    <message>
        <source>the type declares no such name; did you mean {0}?</source>
        <translation>该类型未声明此名称，是否指 {0}？</translation>
    </message>
    <message>
        <source>the type declares no such name</source>
        <translation>该类型未声明此名称</translation>
    </message>
    <message>
        <source>must be a GeoJSON {0}</source>
        <translation>必须是 GeoJSON {0}</translation>
    </message>
    <message>
        <source>must be a GeoJSON geometry</source>
        <translation>必须是 GeoJSON 几何</translation>
    </message>
    <message>
        <source>must be a text</source>
        <translation>必须是文本</translation>
    </message>
    <message>
        <source>must be yes or no</source>
        <translation>必须是“是”或“否”</translation>
    </message>
    <message>
        <source>must be a date such as 2024-05-31</source>
        <translation>必须是日期，如 2024-05-31</translation>
    </message>
    <message>
        <source>must be a time such as 2024-05-31T08:00:00Z</source>
        <translation>必须是时间，如 2024-05-31T08:00:00Z</translation>
    </message>
    <message>
        <source>must be a time such as 08:30</source>
        <translation>必须是时刻，如 08:30</translation>
    </message>
    <message>
        <source>must be a duration such as P1DT2H</source>
        <translation>必须是时长，如 P1DT2H</translation>
    </message>
    <message>
        <source>must be a group of fields</source>
        <translation>必须是一组字段</translation>
    </message>
    <message>
        <source>must be a whole number</source>
        <translation>必须是整数</translation>
    </message>
    <message>
        <source>must be a number</source>
        <translation>必须是数字</translation>
    </message>
    <message>
        <source>must be a list</source>
        <translation>必须是列表</translation>
    </message>
    <message>
        <source>must be a group of named values</source>
        <translation>必须是一组具名的值</translation>
    </message>
    <message>
        <source>must be {0} to {1} {2}</source>
        <translation>必须为 {0} 至 {1} {2}</translation>
    </message>
    <message>
        <source>restore it</source>
        <extracomment>twin_model/store/alarm_journal.py</extracomment>
        <translation>请恢复该文件</translation>
    </message>
    <message>
        <source>{0} is open read-only</source>
        <translation>{0} 以只读方式打开</translation>
    </message>
    <message>
        <source>{0} could not be read ({1})</source>
        <translation>其清单 {0} 无法读取（{1}）</translation>
    </message>
    <message>
        <source>alarm journal: event {0} is missing</source>
        <translation>告警日志：缺少事件 {0}</translation>
    </message>
    <message>
        <source>alarm journal: event {0} was changed</source>
        <translation>告警日志：事件 {0} 被改动</translation>
    </message>
    <message>
        <source>alarm journal: {0} skips to {1}</source>
        <translation>告警日志：{0} 的编号跳至 {1}</translation>
    </message>
    <message>
        <source>alarm journal: system skips to {0}</source>
        <translation>告警日志：系统事件的编号跳至 {0}</translation>
    </message>
    <message>
        <source>{0} could not be written ({1})</source>
        <translation>{0} 无法写入（{1}）</translation>
    </message>
    <message>
        <source>free some disk space</source>
        <translation>请腾出磁盘空间</translation>
    </message>
    <message>
        <source>{0} is missing: this project has had no alarms yet</source>
        <translation>{0} 不存在：该项目尚未有过告警</translation>
    </message>
    <message>
        <source>only a condition is expected</source>
        <extracomment>twin_model/store/conditions.py</extracomment>
        <translation>此处只能是条件</translation>
    </message>
    <message>
        <source>is out, in or both</source>
        <translation>应为 out、in 或 both</translation>
    </message>
    <message>
        <source>must be 1 to {0}</source>
        <translation>必须为 1 至 {0}</translation>
    </message>
    <message>
        <source>no property {0}; did you mean {1}?</source>
        <translation>没有属性 {0}，是否指 {1}？</translation>
    </message>
    <message>
        <source>no property {0}; none is like it</source>
        <translation>没有属性 {0}，也没有与之相近的</translation>
    </message>
    <message>
        <source>only conditions on attributes are expected</source>
        <translation>此处只能是对属性的条件</translation>
    </message>
    <message>
        <source>no entity {0} that has a place</source>
        <translation>没有带位置的实体 {0}</translation>
    </message>
    <message>
        <source>no relation {0}; did you mean {1}?</source>
        <translation>没有关系 {0}，是否指 {1}？</translation>
    </message>
    <message>
        <source>no relation {0}; none is like it</source>
        <translation>没有关系 {0}，也没有与之相近的</translation>
    </message>
    <message>
        <source>has three corners at least</source>
        <translation>至少应有三个角点</translation>
    </message>
    <message>
        <source>{0} is missing</source>
        <extracomment>twin_model/store/connections.py</extracomment>
        <translation>{0} 缺失</translation>
    </message>
    <message>
        <source>entity {0} does not exist now</source>
        <extracomment>twin_model/store/entity_writer.py</extracomment>
        <translation>实体 {0} 现在不存在</translation>
    </message>
    <message>
        <source>the same entity is given twice</source>
        <translation>同一实体给出了两次</translation>
    </message>
    <message>
        <source>an entity with id {0} exists already</source>
        <translation>id 为 {0} 的实体已存在</translation>
    </message>
    <message>
        <source>contains itself: {0}</source>
        <extracomment>twin_model/store/hierarchy.py</extracomment>
        <translation>包含自身：{0}</translation>
    </message>
    <message>
        <source>journal: revision {0} is missing</source>
        <extracomment>twin_model/store/journal.py</extracomment>
        <translation>日志：缺少修订 {0}</translation>
    </message>
    <message>
        <source>journal: revision {0} does not follow the one before it</source>
        <translation>日志：修订 {0} 与前一条不相接</translation>
    </message>
    <message>
        <source>journal: revision {0} was changed after it was written</source>
        <translation>日志：修订 {0} 在写入后被改动</translation>
    </message>
    <message>
        <source>journal: revision {0} was recorded before the one before it</source>
        <translation>日志：修订 {0} 的记录时间早于前一条</translation>
    </message>
    <message>
        <source>{0} is open for writing in process {1} on {2}</source>
        <extracomment>twin_model/store/lock.py</extracomment>
        <translation>{0} 正由 {2} 上的进程 {1} 写入</translation>
    </message>
    <message>
        <source>{0} is open for writing in another process</source>
        <translation>{0} 正由另一进程写入</translation>
    </message>
    <message>
        <source>close it there, or open it read-only</source>
        <translation>请在那里关闭，或以只读方式打开</translation>
    </message>
    <message>
        <source>{0} cannot be opened for writing ({1})</source>
        <translation>{0} 无法以写入方式打开（{1}）</translation>
    </message>
    <message>
        <source>delete that file and try again</source>
        <translation>请删除该文件后重试</translation>
    </message>
    <message>
        <source>twin.gpkg does not say which format it has</source>
        <extracomment>twin_model/store/migrate.py</extracomment>
        <translation>twin.gpkg 未注明其格式</translation>
    </message>
    <message>
        <source>twin.gpkg was written by a newer Shapan (format {0}, this one knows {1})</source>
        <translation>twin.gpkg 由更新版本的沙盘写成（格式 {0}，本版本最高支持 {1}）</translation>
    </message>
    <message>
        <source>{0} cannot be made ({1})</source>
        <extracomment>twin_model/store/outbox.py</extracomment>
        <translation>{0} 无法新建（{1}）</translation>
    </message>
    <message>
        <source>a relation with the same id exists already</source>
        <extracomment>twin_model/store/relation_writer.py</extracomment>
        <translation>已有相同 id 的关系</translation>
    </message>
    <message>
        <source>relate one that does</source>
        <translation>请与存在的实体建立关系</translation>
    </message>
    <message>
        <source>no relation with id {0}</source>
        <translation>没有 id 为 {0} 的关系</translation>
    </message>
    <message>
        <source>{0}: a row to be ended had ended already</source>
        <extracomment>twin_model/store/row_writer.py</extracomment>
        <translation>{0}：要终止的行已经终止</translation>
    </message>
    <message>
        <source>the history could not be read ({0})</source>
        <extracomment>twin_model/store/sample_database.py</extracomment>
        <translation>历史数据无法读取（{0}）</translation>
    </message>
    <message>
        <source>the history could not be written ({0})</source>
        <translation>历史数据无法写入（{0}）</translation>
    </message>
    <message>
        <source>larger than 4 GiB</source>
        <extracomment>twin_model/store/sample_files.py</extracomment>
        <translation>大于 4 GiB</translation>
    </message>
    <message>
        <source>split it</source>
        <translation>请分割</translation>
    </message>
    <message>
        <source>cannot be read as a table ({0})</source>
        <translation>无法按表读取（{0}）</translation>
    </message>
    <message>
        <source>column '{0}' has rows without a time</source>
        <translation>列“{0}”有没有时间的行</translation>
    </message>
    <message>
        <source>column '{0}' is no time ({1})</source>
        <translation>列“{0}”不是时间（{1}）</translation>
    </message>
    <message>
        <source>column '{0}' is not of numbers ({1})</source>
        <translation>列“{0}”不是数字（{1}）</translation>
    </message>
    <message>
        <source>no column '{0}'</source>
        <translation>没有列“{0}”</translation>
    </message>
    <message>
        <source>there are: {0}</source>
        <translation>现有：{0}</translation>
    </message>
    <message>
        <source>a chart needs a start and an end</source>
        <extracomment>twin_model/store/sample_history.py</extracomment>
        <translation>曲线需要起止时间</translation>
    </message>
    <message>
        <source>day {0} lies outside the years 1 to 9999</source>
        <extracomment>twin_model/store/segments.py</extracomment>
        <translation>第 {0} 天超出公元 1 年至 9999 年</translation>
    </message>
    <message>
        <source>spatial index: {0} entities are missing; {1}</source>
        <extracomment>twin_model/store/verify.py</extracomment>
        <translation>空间索引：缺少 {0} 个实体；{1}</translation>
    </message>
    <message>
        <source>text index: {0} entities are missing; {1}</source>
        <translation>文本索引：缺少 {0} 个实体；{1}</translation>
    </message>
    <message>
        <source>journal: rows of revision {0} ({1}) are not as written</source>
        <translation>日志：修订 {0}（{1}）的行与写入时不符</translation>
    </message>
    <message>
        <source>{0}: there are rows that no journal entry knows</source>
        <translation>{0}：有日志未记载的行</translation>
    </message>
    <message>
        <source>is not tile content</source>
        <extracomment>twin_model/tiles/check.py</extracomment>
        <translation>不是瓦片内容</translation>
    </message>
    <message>
        <source>composite tiles are nested more than {0} deep</source>
        <extracomment>twin_model/tiles/content.py</extracomment>
        <translation>复合瓦片嵌套超过 {0} 层</translation>
    </message>
    <message>
        <source>the composite tile ends within its header</source>
        <translation>复合瓦片在头部截断</translation>
    </message>
    <message>
        <source>the composite tile says {0} parts in {1} bytes</source>
        <translation>复合瓦片声称在 {1} 字节中有 {0} 个部分</translation>
    </message>
    <message>
        <source>part {0} of the composite tile is missing</source>
        <translation>复合瓦片缺少第 {0} 部分</translation>
    </message>
    <message>
        <source>part {0} of the composite tile is cut off</source>
        <translation>复合瓦片的第 {0} 部分不完整</translation>
    </message>
    <message>
        <source>is no 3D Tiles content</source>
        <translation>不是 3D Tiles 内容</translation>
    </message>
    <message>
        <source>is malformed ({0}: {1})</source>
        <translation>格式有误（{0}：{1}）</translation>
    </message>
    <message>
        <source>is malformed ({0})</source>
        <translation>格式有误（{0}）</translation>
    </message>
    <message>
        <source>is tile content of an unknown kind (starts with {0})</source>
        <translation>是未知类型的瓦片内容（开头为 {0}）</translation>
    </message>
    <message>
        <source>is malformed glTF ({0}: {1})</source>
        <extracomment>twin_model/tiles/gltf.py</extracomment>
        <translation>glTF 格式有误（{0}：{1}）</translation>
    </message>
    <message>
        <source>is malformed glTF ({0})</source>
        <translation>glTF 格式有误（{0}）</translation>
    </message>
    <message>
        <source>is glTF 1.0, which is not supported</source>
        <translation>是 glTF 1.0，不支持</translation>
    </message>
    <message>
        <source>convert it to glTF 2.0</source>
        <translation>请转换为 glTF 2.0</translation>
    </message>
    <message>
        <source>is compressed with {0}, which is not supported</source>
        <translation>以 {0} 压缩，不支持</translation>
    </message>
    <message>
        <source>decompress it, for instance with gltf-transform</source>
        <translation>请解压缩，例如用 gltf-transform</translation>
    </message>
    <message>
        <source>requires {0}, which is not supported; it may look wrong</source>
        <translation>需要 {0}，而此处不支持，显示可能有误</translation>
    </message>
    <message>
        <source>{0} bytes is more than the {1} that are read at once</source>
        <extracomment>twin_model/tiles/gltf_document.py</extracomment>
        <translation>大小为 {0} 字节，超过一次读取的上限 {1} 字节</translation>
    </message>
    <message>
        <source>the GLB ends within its header</source>
        <translation>GLB 在头部截断</translation>
    </message>
    <message>
        <source>is GLB version {0}, not 2</source>
        <translation>是 GLB 版本 {0}，应为 2</translation>
    </message>
    <message>
        <source>says {0} bytes but has {1}; it is cut off</source>
        <translation>声称 {0} 字节，实有 {1} 字节，文件不完整</translation>
    </message>
    <message>
        <source>a GLB chunk runs past the end</source>
        <translation>GLB 的某数据块超出文件末尾</translation>
    </message>
    <message>
        <source>the GLB has no JSON chunk</source>
        <translation>GLB 没有 JSON 数据块</translation>
    </message>
    <message>
        <source>is not glTF 2.0 (asset.version is missing or unknown)</source>
        <translation>不是 glTF 2.0（asset.version 缺失或未知）</translation>
    </message>
    <message>
        <source>places more than {0} instances</source>
        <translation>放置的实例超过 {0} 个</translation>
    </message>
    <message>
        <source>instance attributes differ in length</source>
        <translation>实例各属性的长度不一致</translation>
    </message>
    <message>
        <source>an instance's place is not finite</source>
        <translation>某实例的位置无效</translation>
    </message>
    <message>
        <source>a scene's nodes are not an array</source>
        <translation>场景的节点不是数组</translation>
    </message>
    <message>
        <source>the node hierarchy has a cycle at node {0}</source>
        <translation>节点层级在节点 {0} 处成环</translation>
    </message>
    <message>
        <source>the matrix of node {0} is not finite</source>
        <translation>节点 {0} 的矩阵无效</translation>
    </message>
    <message>
        <source>the children of node {0} are not an array</source>
        <translation>节点 {0} 的子节点不是数组</translation>
    </message>
    <message>
        <source>the primitives of mesh {0} are not an array</source>
        <translation>网格 {0} 的图元不是数组</translation>
    </message>
    <message>
        <source>'{0}' is not an array</source>
        <translation>“{0}”不是数组</translation>
    </message>
    <message>
        <source>{0}[{1}] does not exist</source>
        <translation>{0}[{1}] 不存在</translation>
    </message>
    <message>
        <source>{0}[{1}] is not an object</source>
        <translation>{0}[{1}] 不是对象</translation>
    </message>
    <message>
        <source>'{0}' is {1}, not a count</source>
        <translation>“{0}”为 {1}，不是数量</translation>
    </message>
    <message>
        <source>'{0}' is not {1} finite numbers</source>
        <translation>“{0}”不是 {1} 个有效数字</translation>
    </message>
    <message>
        <source>buffers[{0}] has neither a URI nor a binary chunk</source>
        <translation>buffers[{0}] 既没有 URI，也没有二进制数据块</translation>
    </message>
    <message>
        <source>bufferViews[{0}] runs past the end of its buffer</source>
        <translation>bufferViews[{0}] 超出其缓冲区末尾</translation>
    </message>
    <message>
        <source>accessors[{0}] has an unknown type</source>
        <translation>accessors[{0}] 的类型未知</translation>
    </message>
    <message>
        <source>an accessor of {0} elements runs past the end of bufferViews[{1}]</source>
        <translation>含 {0} 个元素的访问器超出 bufferViews[{1}] 的末尾</translation>
    </message>
    <message>
        <source>accessors[{0}].sparse is not an object</source>
        <translation>accessors[{0}].sparse 不是对象</translation>
    </message>
    <message>
        <source>accessors[{0}].sparse has an unknown index type</source>
        <translation>accessors[{0}].sparse 的索引类型未知</translation>
    </message>
    <message>
        <source>accessors[{0}].sparse replaces elements that do not exist</source>
        <translation>accessors[{0}].sparse 替换了不存在的元素</translation>
    </message>
    <message>
        <source>buffers[{0}] says {1} bytes but has {2}</source>
        <translation>buffers[{0}] 声称 {1} 字节，实有 {2} 字节</translation>
    </message>
    <message>
        <source>a data URI is not base64</source>
        <translation>某数据 URI 不是 base64</translation>
    </message>
    <message>
        <source>'{0}', which it needs: {1}</source>
        <translation>所需的“{0}”：{1}</translation>
    </message>
    <message>
        <source>accessors[{0}] counts {1} but has no data</source>
        <translation>accessors[{0}] 计有 {1} 个元素，却没有数据</translation>
    </message>
    <message>
        <source>a data URI is not valid base64</source>
        <translation>某数据 URI 的 base64 无效</translation>
    </message>
    <message>
        <source>a primitive has no attributes</source>
        <translation>某图元没有属性</translation>
    </message>
    <message>
        <source>a primitive has mode {0}</source>
        <translation>某图元的模式为 {0}</translation>
    </message>
    <message>
        <source>POSITION is not VEC3</source>
        <translation>POSITION 不是 VEC3</translation>
    </message>
    <message>
        <source>a position is not finite</source>
        <translation>某位置无效</translation>
    </message>
    <message>
        <source>{0} has {1} elements, POSITION has {2}</source>
        <translation>{0} 有 {1} 个元素，而 POSITION 有 {2} 个</translation>
    </message>
    <message>
        <source>{0} is not VEC2</source>
        <translation>{0} 不是 VEC2</translation>
    </message>
    <message>
        <source>index {0} refers beyond {1} vertices</source>
        <translation>索引 {0} 超出 {1} 个顶点</translation>
    </message>
    <message>
        <source>indices are not unsigned integers</source>
        <translation>索引不是无符号整数</translation>
    </message>
    <message>
        <source>is Draco-compressed and DracoPy is not installed here</source>
        <translation>以 Draco 压缩，而此处未安装 DracoPy</translation>
    </message>
    <message>
        <source>the Draco data cannot be decoded ({0})</source>
        <translation>Draco 数据无法解码（{0}）</translation>
    </message>
    <message>
        <source>{0} elements cannot lie in {1} Draco bytes</source>
        <translation>{1} 字节的 Draco 数据容纳不下 {0} 个元素</translation>
    </message>
    <message>
        <source>feature ids name no _FEATURE_ID_{0}</source>
        <translation>要素 id 未指明 _FEATURE_ID_{0}</translation>
    </message>
    <message>
        <source>{0} is not a number that JSON allows</source>
        <translation>{0} 不是 JSON 允许的数字</translation>
    </message>
    <message>
        <source>the JSON is nested too deeply</source>
        <translation>JSON 嵌套过深</translation>
    </message>
    <message>
        <source>is not valid JSON ({0})</source>
        <translation>不是有效的 JSON（{0}）</translation>
    </message>
    <message>
        <source>the JSON is not an object</source>
        <translation>JSON 不是对象</translation>
    </message>
    <message>
        <source>a URI is not a text</source>
        <translation>某 URI 不是文本</translation>
    </message>
    <message>
        <source>a URI is empty</source>
        <translation>某 URI 为空</translation>
    </message>
    <message>
        <source>refers to '{0}'</source>
        <translation>引用了“{0}”</translation>
    </message>
    <message>
        <source>only files beside it are read, never links</source>
        <translation>只读取其旁边的文件，不读取链接</translation>
    </message>
    <message>
        <source>refers to '{0}', which is not a relative file name</source>
        <translation>引用了“{0}”，不是相对文件名</translation>
    </message>
    <message>
        <source>refers to '{0}', which cannot be resolved</source>
        <translation>引用了“{0}”，无法解析</translation>
    </message>
    <message>
        <source>refers to '{0}', outside its own folder</source>
        <translation>引用了“{0}”，位于其文件夹之外</translation>
    </message>
    <message>
        <source>a texture in a format that is not supported (KTX2) was left out</source>
        <extracomment>twin_model/tiles/gltf_material.py</extracomment>
        <translation>某纹理的格式不受支持（KTX2），已略去</translation>
    </message>
    <message>
        <source>the texture {0} is missing</source>
        <translation>纹理 {0} 缺失</translation>
    </message>
    <message>
        <source>a texture in {0} was left out</source>
        <translation>某 {0} 纹理已略去</translation>
    </message>
    <message>
        <source>a texture in an unknown format was left out</source>
        <translation>某未知格式的纹理已略去</translation>
    </message>
    <message>
        <source>a primitive without positions was left out</source>
        <extracomment>twin_model/tiles/gltf_primitive.py</extracomment>
        <translation>某没有位置的图元已略去</translation>
    </message>
    <message>
        <source>normals that are no directions were left out</source>
        <translation>不是方向的法线已略去</translation>
    </message>
    <message>
        <source>vertex colours that are neither RGB nor RGBA were left out</source>
        <translation>既非 RGB 也非 RGBA 的顶点颜色已略去</translation>
    </message>
    <message>
        <source>a primitive with an incomplete last element was shortened</source>
        <translation>某图元末尾的元素不完整，已截去</translation>
    </message>
    <message>
        <source>feature ids kept in a texture are not used</source>
        <translation>存于纹理中的要素 id 未予使用</translation>
    </message>
    <message>
        <source>an availability bitstream is too short</source>
        <extracomment>twin_model/tiles/implicit.py</extracomment>
        <translation>可用性位流过短</translation>
    </message>
    <message>
        <source>is a malformed subtree ({0})</source>
        <translation>子树格式有误（{0}）</translation>
    </message>
    <message>
        <source>the subtree ends within its header</source>
        <translation>子树在头部截断</translation>
    </message>
    <message>
        <source>the subtree is cut off</source>
        <translation>子树不完整</translation>
    </message>
    <message>
        <source>the place of an instance is not finite</source>
        <extracomment>twin_model/tiles/instances.py</extracomment>
        <translation>某实例的位置无效</translation>
    </message>
    <message>
        <source>has neither POSITION nor POSITION_QUANTIZED</source>
        <translation>既没有 POSITION，也没有 POSITION_QUANTIZED</translation>
    </message>
    <message>
        <source>quantised positions lack their volume</source>
        <translation>量化的位置缺少其范围</translation>
    </message>
    <message>
        <source>a property table cannot be read ({0})</source>
        <extracomment>twin_model/tiles/metadata.py</extracomment>
        <translation>某属性表无法读取（{0}）</translation>
    </message>
    <message>
        <source>a property table has no count</source>
        <translation>某属性表没有计数</translation>
    </message>
    <message>
        <source>{0} of a property do not rise</source>
        <translation>某属性的 {0} 不是递增的</translation>
    </message>
    <message>
        <source>a property has fewer than {0} values</source>
        <translation>某属性的值少于 {0} 个</translation>
    </message>
    <message>
        <source>the strings of a property run past their data</source>
        <translation>某属性的字符串超出其数据</translation>
    </message>
    <message>
        <source>the batch table property '{0}' runs past its end</source>
        <translation>批次表属性“{0}”超出其末尾</translation>
    </message>
    <message>
        <source>the Draco data run past the feature table</source>
        <extracomment>twin_model/tiles/point_cloud.py</extracomment>
        <translation>Draco 数据超出要素表</translation>
    </message>
    <message>
        <source>{0} points cannot lie in {1} Draco bytes</source>
        <translation>{1} 字节的 Draco 数据容纳不下 {0} 个点</translation>
    </message>
    <message>
        <source>{0} has {1} elements, not {2}</source>
        <translation>{0} 有 {1} 个元素，应为 {2} 个</translation>
    </message>
    <message>
        <source>the Draco data have no POSITION</source>
        <translation>Draco 数据没有 POSITION</translation>
    </message>
    <message>
        <source>the {0} tile ends in its header</source>
        <extracomment>twin_model/tiles/sections.py</extracomment>
        <translation>{0} 瓦片在头部截断</translation>
    </message>
    <message>
        <source>is {0} version {1}, not 1</source>
        <translation>是 {0} 版本 {1}，应为 1</translation>
    </message>
    <message>
        <source>has a header from before 3D Tiles 1.0, which is not supported</source>
        <translation>其头部早于 3D Tiles 1.0，不支持</translation>
    </message>
    <message>
        <source>the tables run past the end of the tile</source>
        <translation>各表超出瓦片末尾</translation>
    </message>
    <message>
        <source>{0} is {1}, not a count</source>
        <translation>{0} 为 {1}，不是数量</translation>
    </message>
    <message>
        <source>{0} is not {1} finite numbers</source>
        <translation>{0} 不是 {1} 个有效数字</translation>
    </message>
    <message>
        <source>{0} has {1} values, not {2}</source>
        <translation>{0} 有 {1} 个值，应为 {2} 个</translation>
    </message>
    <message>
        <source>{0} of {1} elements runs past the feature table</source>
        <translation>含 {1} 个元素的 {0} 超出要素表</translation>
    </message>
    <message>
        <source>the tileset contains itself through external tilesets</source>
        <extracomment>twin_model/tiles/tileset.py</extracomment>
        <translation>瓦片集通过外部瓦片集包含了自身</translation>
    </message>
    <message>
        <source>is not a tileset (asset or root is missing)</source>
        <translation>不是瓦片集（缺少 asset 或 root）</translation>
    </message>
    <message>
        <source>is 3D Tiles version {0}, which is not supported</source>
        <translation>是 3D Tiles 版本 {0}，不支持</translation>
    </message>
    <message>
        <source>tiles are nested more than {0} deep</source>
        <translation>瓦片嵌套超过 {0} 层</translation>
    </message>
    <message>
        <source>a tile's children are not an array</source>
        <translation>某瓦片的子瓦片不是数组</translation>
    </message>
    <message>
        <source>a tile is not an object</source>
        <translation>某瓦片不是对象</translation>
    </message>
    <message>
        <source>has more than {0} tiles</source>
        <translation>瓦片超过 {0} 块</translation>
    </message>
    <message>
        <source>a tile's contents are not an array</source>
        <translation>某瓦片的内容不是数组</translation>
    </message>
    <message>
        <source>a tile's content has no URI</source>
        <translation>某瓦片的内容没有 URI</translation>
    </message>
    <message>
        <source>an array of {0} finite numbers is wrong or too short</source>
        <translation>应有 {0} 个有效数字的数组有误或过短</translation>
    </message>
    <message>
        <source>S2 bounding volumes are not supported</source>
        <translation>不支持 S2 包围体</translation>
    </message>
    <message>
        <source>a tile has no bounding volume</source>
        <translation>某瓦片没有包围体</translation>
    </message>
    <message>
        <source>geometricError is {0}</source>
        <translation>geometricError 为 {0}</translation>
    </message>
    <message>
        <source>implicit tiling needs {0} from 1 to 32</source>
        <translation>隐式瓦片的 {0} 应为 1 至 32</translation>
    </message>
    <message>
        <source>implicit tiling has no subtrees or an unknown scheme</source>
        <translation>隐式瓦片没有子树，或划分方式未知</translation>
    </message>
    <message>
        <source>subtrees of {0} levels are too large</source>
        <translation>{0} 级的子树过大</translation>
    </message>
    <message>
        <source>not an ISO 8601 time</source>
        <extracomment>twin_model/time.py</extracomment>
        <translation>不是 ISO 8601 时间</translation>
    </message>
    <message>
        <source>outside years 1-9999</source>
        <translation>超出公元 1 年至 9999 年</translation>
    </message>
    <message>
        <source>ends early</source>
        <translation>结束早于开始</translation>
    </message>
    <message>
        <source>is empty</source>
        <extracomment>twin_model/topology.py</extracomment>
        <translation>为空</translation>
    </message>
    <message>
        <source>has a place that is none</source>
        <translation>有无效的位置</translation>
    </message>
    <message>
        <source>crosses itself: {0}</source>
        <translation>自相交：{0}</translation>
    </message>
    <message>
        <source>is one of {0}</source>
        <translation>应为 {0} 之一</translation>
    </message>
    <message>
        <source>is a distance in metres</source>
        <translation>是以米为单位的距离</translation>
    </message>
    <message>
        <source>run shapan check, or restore it from a copy</source>
        <extracomment>twin_model/twin.py</extracomment>
        <translation>请运行 shapan check，或从备份恢复</translation>
    </message>
    <message>
        <source>{0} is closed</source>
        <translation>{0} 已关闭</translation>
    </message>
    <message>
        <source>{0} is of format {1}, this Shapan reads {2}</source>
        <translation>{0} 的格式为 {1}，本版本读取 {2}</translation>
    </message>
    <message>
        <source>open it once for writing, which brings it forward</source>
        <translation>请以写入方式打开一次，即可升级格式</translation>
    </message>
    <message>
        <source>no layer '{0}'</source>
        <translation>没有图层“{0}”</translation>
    </message>
    <message>
        <source>layers: {0}</source>
        <translation>现有图层：{0}</translation>
    </message>
    <message>
        <source>{0}: the view could not be saved ({1})</source>
        <translation>{0}：视图无法保存（{1}）</translation>
    </message>
    <message>
        <source>{0} already exists</source>
        <translation>{0} 已存在</translation>
    </message>
    <message>
        <source>choose another name or open it instead</source>
        <translation>请换一个名称，或直接打开它</translation>
    </message>
    <message>
        <source>the command '{0}' failed: {1}: {2}</source>
        <translation>命令“{0}”失败：{1}：{2}</translation>
    </message>
    <message>
        <source>{0} gave a {1} for the panel '{2}', not a QWidget</source>
        <translation>{0} 为面板“{2}”给出的是 {1}，而不是 QWidget</translation>
    </message>
    <message>
        <source>see docs/plugins.md</source>
        <translation>请参阅 docs/plugins.md</translation>
    </message>
    <message>
        <source>the panel '{0}' failed: {1}: {2}</source>
        <translation>面板“{0}”出错：{1}：{2}</translation>
    </message>
    <message>
        <source>{0}: there is no pyproject.toml above it</source>
        <translation>{0}：上级文件夹中没有 pyproject.toml</translation>
    </message>
    <message>
        <source>holds no file that can be read</source>
        <translation>其中没有可读取的文件</translation>
    </message>
    <message>
        <source>see shapan inspect on single files</source>
        <translation>请用 shapan inspect 逐个查看文件</translation>
    </message>
    <message>
        <source>may not change the twin</source>
        <translation>无权修改孪生体</translation>
    </message>
    <message>
        <source>ask for it in its shapan.toml: twin = true under [permissions]</source>
        <translation>请在其 shapan.toml 的 [permissions] 中写明 twin = true</translation>
    </message>
    <message>
        <source>change several entities in one command; samples are for values that vary</source>
        <translation>请在一条命令中修改多个实体；不断变化的数值请用采样发布</translation>
    </message>
    <message>
        <source>a value is nested too deeply</source>
        <translation>数值嵌套过深</translation>
    </message>
    <message>
        <source>names that nobody told before</source>
        <translation>引用了此前从未告知的名称</translation>
    </message>
    <message>
        <source>too many numberings of names</source>
        <translation>名称编号表过多</translation>
    </message>
    <message>
        <source>an object with the keys {0}</source>
        <translation>含有键 {0} 的对象</translation>
    </message>
    <message>
        <source>has no worker '{0}'</source>
        <translation>没有工作进程“{0}”</translation>
    </message>
    <message>
        <source>name it under [[workers]] in shapan.toml</source>
        <translation>请在 shapan.toml 的 [[workers]] 中写明</translation>
    </message>
    <message>
        <source>not ready after {0} s</source>
        <translation>{0} 秒后仍未就绪</translation>
    </message>
    <message>
        <source>the development folder {0} is not there</source>
        <translation>开发文件夹 {0} 不存在</translation>
    </message>
    <message>
        <source>its entry point names the package {0}, which is not there</source>
        <translation>其入口点所指的包 {0} 不存在</translation>
    </message>
    <message>
        <source>install it anew</source>
        <translation>请重新安装</translation>
    </message>
    <message>
        <source>{0} {1}: the module {2} is not in its package {3}</source>
        <translation>{0} {1}：模块 {2} 不在其包 {3} 中</translation>
    </message>
    <message>
        <source>{0}: {1} is not there</source>
        <translation>{0}：{1} 不存在</translation>
    </message>
    <message>
        <source>{0}: has the id of another plugin, which is in {1}</source>
        <translation>{0}：标识与 {1} 中的另一个插件相同</translation>
    </message>
    <message>
        <source>remove one of them</source>
        <translation>请移除其中一个</translation>
    </message>
    <message>
        <source>needs an environment of its own ({0}), which is not made yet</source>
        <translation>需要独立的运行环境（{0}），尚未创建</translation>
    </message>
    <message>
        <source>needs an environment of its own (as its manifest says), which is not made yet</source>
        <translation>按其清单需要独立的运行环境，尚未创建</translation>
    </message>
    <message>
        <source>make it in the Plugins dialog, or run shapan plugins prepare {0}</source>
        <translation>请在“插件”对话框中创建，或运行 shapan plugins prepare {0}</translation>
    </message>
    <message>
        <source>its packages could not be installed: {0}</source>
        <translation>其依赖包无法安装：{0}</translation>
    </message>
    <message>
        <source>connect to the network and try again</source>
        <translation>请连接网络后重试</translation>
    </message>
    <message>
        <source>'{0}' is no requirement ({1})</source>
        <translation>“{0}”不是有效的依赖说明（{1}）</translation>
    </message>
    <message>
        <source>has no reader for {0}</source>
        <translation>没有可读取 {0} 的读取器</translation>
    </message>
    <message>
        <source>{0}: there is no shapan.toml in it</source>
        <translation>{0}：其中没有 shapan.toml</translation>
    </message>
    <message>
        <source>{0}: there is {1} plugins in it</source>
        <translation>{0}：其中有 {1} 个插件</translation>
    </message>
    <message>
        <source>name the folder of one plugin, as shapan plugins new makes it</source>
        <translation>请给出单个插件的文件夹，即 shapan plugins new 所生成的那种</translation>
    </message>
    <message>
        <source>its package {0} has the name of another: the plugin in {1}</source>
        <translation>其包 {0} 与 {1} 中的插件重名</translation>
    </message>
    <message>
        <source>its package {0} has the name of another: Python itself</source>
        <translation>其包 {0} 与 Python 自带模块重名</translation>
    </message>
    <message>
        <source>its package {0} has the name of another: {1}</source>
        <translation>其包 {0} 与 {1} 重名</translation>
    </message>
    <message>
        <source>its package {0} has the name of another: a package of this environment</source>
        <translation>其包 {0} 与当前环境中的包重名</translation>
    </message>
    <message>
        <source>its package {0} has the name of another: another module</source>
        <translation>其包 {0} 与另一模块重名</translation>
    </message>
    <message>
        <source>rename its package</source>
        <translation>请更改其包名</translation>
    </message>
    <message>
        <source>was not installed here</source>
        <translation>并非在此安装</translation>
    </message>
    <message>
        <source>a package of the environment is removed with pip, a folder in development by no longer naming it</source>
        <translation>环境中的包请用 pip 移除；开发中的文件夹不再列出即可</translation>
    </message>
    <message>
        <source>{0} cannot be removed ({1})</source>
        <translation>{0} 无法移除（{1}）</translation>
    </message>
    <message>
        <source>neither uv nor pip is there ({0})</source>
        <translation>既没有 uv 也没有 pip（{0}）</translation>
    </message>
    <message>
        <source>install uv</source>
        <translation>请安装 uv</translation>
    </message>
    <message>
        <source>is a Python package but no plugin of Shapan</source>
        <translation>是 Python 包，但不是沙盘插件</translation>
    </message>
    <message>
        <source>a plugin names itself in the entry-point group shapan.plugins</source>
        <translation>插件须在入口点组 shapan.plugins 中登记</translation>
    </message>
    <message>
        <source>has {0} plugins in one package</source>
        <translation>一个包中有 {0} 个插件</translation>
    </message>
    <message>
        <source>a {0} plugin has this id already: {1}</source>
        <translation>已有{0}插件使用此标识：{1}</translation>
    </message>
    <message>
        <source>remove that one first</source>
        <translation>请先移除该插件</translation>
    </message>
    <message>
        <source>its panels run with the versions here ({0}); its workers in an environment of their own</source>
        <translation>其面板使用此处的版本（{0}）运行；其工作进程在独立环境中运行</translation>
    </message>
    <message>
        <source>{0} cannot be written ({1})</source>
        <translation>{0} 无法写入（{1}）</translation>
    </message>
    <message>
        <source>the depths cannot be written ({0})</source>
        <translation>水深无法写入（{0}）</translation>
    </message>
    <message>
        <source>the worker has ended</source>
        <translation>工作进程已结束</translation>
    </message>
    <message>
        <source>see its log in the Plugins dialog</source>
        <translation>请在“插件”对话框中查看其日志</translation>
    </message>
    <message>
        <source>a choice needs choices</source>
        <translation>选择项需要给出可选值</translation>
    </message>
    <message>
        <source>wants true or false</source>
        <translation>应为 true 或 false</translation>
    </message>
    <message>
        <source>wants a whole number</source>
        <translation>应为整数</translation>
    </message>
    <message>
        <source>wants a number</source>
        <translation>应为数字</translation>
    </message>
    <message>
        <source>wants at least {0}</source>
        <translation>不得小于 {0}</translation>
    </message>
    <message>
        <source>wants at most {0}</source>
        <translation>不得大于 {0}</translation>
    </message>
    <message>
        <source>wants text</source>
        <translation>应为文本</translation>
    </message>
    <message>
        <source>wants one of {0}</source>
        <translation>应为 {0} 之一</translation>
    </message>
    <message>
        <source>{0}: the id '{1}' is there twice</source>
        <translation>{0}：标识“{1}”重复</translation>
    </message>
    <message>
        <source>{0} is larger than {1} KiB</source>
        <translation>{0} 大于 {1} KiB</translation>
    </message>
    <message>
        <source>{0} of its storage cannot be read ({1})</source>
        <translation>其存储空间中的 {0} 无法读取（{1}）</translation>
    </message>
    <message>
        <source>its manifest {0} cannot be read ({1})</source>
        <translation>其清单 {0} 无法读取（{1}）</translation>
    </message>
    <message>
        <source>{0} is not TOML ({1})</source>
        <translation>{0} 不是 TOML（{1}）</translation>
    </message>
    <message>
        <source>{0}: {1}: {2} (and {3} more)</source>
        <translation>{0}：{1}：{2}（另有 {3} 处）</translation>
    </message>
    <message>
        <source>{0}: the file: {1} (and {2} more)</source>
        <translation>{0}：文件：{1}（另有 {2} 处）</translation>
    </message>
    <message>
        <source>{0}: the file: {1}</source>
        <translation>{0}：文件：{1}</translation>
    </message>
    <message>
        <source>see docs/plugins.md for what a manifest may say</source>
        <translation>清单的写法请参阅 docs/plugins.md</translation>
    </message>
    <message>
        <source>wants the SDK {0}, this Shapan has {1}</source>
        <translation>需要 SDK {0}，当前沙盘为 {1}</translation>
    </message>
    <message>
        <source>ask its author for a version made for this Shapan</source>
        <translation>请向作者索取适用于当前沙盘的版本</translation>
    </message>
    <message>
        <source>not a version such as 1.2.0</source>
        <translation>不是 1.2.0 这样的版本号</translation>
    </message>
    <message>
        <source>not a range of versions such as &gt;=0.2,&lt;1</source>
        <translation>不是 &gt;=0.2,&lt;1 这样的版本范围</translation>
    </message>
    <message>
        <source>'{0}' is not host, host:port, *.domain or *</source>
        <translation>“{0}”不是主机、主机:端口、*.域名或 *</translation>
    </message>
    <message>
        <source>must be a file inside the plugin's own folder</source>
        <translation>必须是插件自己文件夹中的文件</translation>
    </message>
    <message>
        <source>is not installed</source>
        <translation>未安装</translation>
    </message>
    <message>
        <source>does not run ({0} failed again and again: {1})</source>
        <translation>未运行（{0} 反复失败：{1}）</translation>
    </message>
    <message>
        <source>does not run ({0})</source>
        <translation>未运行（{0}）</translation>
    </message>
    <message>
        <source>see the Plugins dialog</source>
        <translation>请查看“插件”对话框</translation>
    </message>
    <message>
        <source>has no manifest</source>
        <translation>没有清单</translation>
    </message>
    <message>
        <source>{0} failed again and again: {1}</source>
        <translation>{0} 反复失败：{1}</translation>
    </message>
    <message>
        <source>setting {0}: {1}</source>
        <translation>设置 {0}：{1}</translation>
    </message>
    <message>
        <source>{0} gave a {1} for what it holds</source>
        <translation>{0} 对所含内容给出的是 {1}</translation>
    </message>
    <message>
        <source>slot {0} with {1} bytes</source>
        <translation>槽位 {0}，{1} 字节</translation>
    </message>
    <message>
        <source>no batch: {0}</source>
        <translation>不是采样批：{0}</translation>
    </message>
    <message>
        <source>longer than 500 kB</source>
        <translation>超过 500 kB</translation>
    </message>
    <message>
        <source>a batch of other columns</source>
        <translation>采样批的列不符</translation>
    </message>
    <message>
        <source>a batch with gaps in {0}</source>
        <translation>采样批的 {0} 有缺值</translation>
    </message>
    <message>
        <source>a batch whose text is none</source>
        <translation>采样批的文本无效</translation>
    </message>
    <message>
        <source>slot {0}</source>
        <translation>槽位 {0}</translation>
    </message>
    <message>
        <source>'{0}' cannot be the name of a Python package</source>
        <translation>“{0}”不能用作 Python 包名</translation>
    </message>
    <message>
        <source>choose a name of letters, digits and hyphens that begins with a letter</source>
        <translation>请用字母开头，由字母、数字和连字符组成的名称</translation>
    </message>
    <message>
        <source>{0} is not empty</source>
        <translation>{0} 不是空文件夹</translation>
    </message>
    <message>
        <source>choose another folder</source>
        <translation>请另选文件夹</translation>
    </message>
    <message>
        <source>there is no signal '{0}'</source>
        <translation>没有信号“{0}”</translation>
    </message>
    <message>
        <source>one of {0}</source>
        <translation>应为 {0} 之一</translation>
    </message>
    <message>
        <source>its storage is full: {0} MiB of {1} MiB are used</source>
        <translation>其存储空间已满：{1} MiB 中已用 {0} MiB</translation>
    </message>
    <message>
        <source>remove files from it, or raise storage_mb in its shapan.toml</source>
        <translation>请从中删除文件，或在其 shapan.toml 中调大 storage_mb</translation>
    </message>
    <message>
        <source>'{0}' is no file inside its storage</source>
        <translation>“{0}”不是其存储空间中的文件</translation>
    </message>
    <message>
        <source>batch {0} was acknowledged but not sent</source>
        <translation>采样批 {0} 已被确认但并未发送</translation>
    </message>
    <message>
        <source>{0} ended with the code {1}</source>
        <translation>{0} 以代码 {1} 结束</translation>
    </message>
    <message>
        <source>{0} has ended</source>
        <translation>{0} 已结束</translation>
    </message>
    <message>
        <source>{0} was ended by the signal {1}</source>
        <translation>{0} 被信号 {1} 终止</translation>
    </message>
    <message>
        <source>{0} is quarantined: </source>
        <translation>{0} 已被隔离：</translation>
    </message>
    <message>
        <source>{0} is quarantined: {1}</source>
        <translation>{0} 已被隔离：{1}</translation>
    </message>
    <message>
        <source>{0} is quarantined: ended with the code {1}</source>
        <translation>{0} 已被隔离：以代码 {1} 结束</translation>
    </message>
    <message>
        <source>{0} is quarantined: has ended</source>
        <translation>{0} 已被隔离：已结束</translation>
    </message>
    <message>
        <source>{0} is quarantined: was ended by the signal {1}</source>
        <translation>{0} 已被隔离：被信号 {1} 终止</translation>
    </message>
    <message>
        <source>{0} cannot be started ({1})</source>
        <translation>{0} 无法启动（{1}）</translation>
    </message>
    <message>
        <source>enable the plugin again</source>
        <translation>请重新启用该插件</translation>
    </message>
    <message>
        <source>ended with the code {0}</source>
        <translation>以代码 {0} 结束</translation>
    </message>
    <message>
        <source>has ended</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>was ended by the signal {0}</source>
        <translation>被信号 {0} 终止</translation>
    </message>
    <message>
        <source>a worker cannot call the worker '{0}'</source>
        <translation>工作进程不能调用工作进程“{0}”</translation>
    </message>
    <message>
        <source>call it from a panel, or import its code</source>
        <translation>请从面板调用，或导入其代码</translation>
    </message>
    <message>
        <source>a note '{0}'</source>
        <translation>通知“{0}”</translation>
    </message>
    <message>
        <source>the window has no '{0}'</source>
        <translation>窗口没有“{0}”</translation>
    </message>
    <message>
        <source>{0} '{1}' is taken by {2}</source>
        <translation>{0}“{1}”已被 {2} 占用</translation>
    </message>
    <message>
        <source>give it another id</source>
        <translation>请换一个标识</translation>
    </message>
    <message>
        <source>{0} {1}: module {2} has no '{3}'</source>
        <translation>{0} {1}：模块 {2} 中没有“{3}”</translation>
    </message>
    <message>
        <source>correct its shapan.toml</source>
        <translation>请更正其 shapan.toml</translation>
    </message>
    <message>
        <source>lies {0} km from the other layers; check the CRS if it should not</source>
        <translation>与其他图层相距 {0} km；如不应如此，请检查坐标参考系</translation>
    </message>
    <message>
        <source>reaches far beyond the project: only the part within {0} km of its origin is shown</source>
        <translation>远超项目范围：只显示距原点 {0} km 以内的部分</translation>
        <source>needs a place</source>
        <translation>需要一个位置</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>应为数字</translation>
    </message>
    <message>
        <source>has no outline of its own</source>
        <translation>没有自身的轮廓</translation>
    </message>
    <message>
        <source>a cut needs two points</source>
        <translation>分割线需要两个点</translation>
    </message>
    <message>
        <source>the line does not cross the outline</source>
        <translation>分割线没有横穿轮廓</translation>
    </message>
    <message>
        <source>the line makes more than two pieces</source>
        <translation>分割线分出了两块以上</translation>
    </message>
    <message>
        <source>select two that touch</source>
        <translation>请选择两个相接的轮廓</translation>
    </message>
    <message>
        <source>they do not touch</source>
        <translation>它们没有相接</translation>
    </message>
    <message>
        <source>needs two different points</source>
        <translation>需要两个不同的点</translation>
    </message>
    <message>
        <source>needs three different corners</source>
        <translation>需要三个不同的角点</translation>
    </message>
    <message>
        <source>an area has three corners at least</source>
        <translation>面至少有三个角点</translation>
    </message>
    <message>
        <source>a line has two at least</source>
        <translation>线至少有两个点</translation>
    </message>
    <message>
        <source>the outline crosses itself</source>
        <translation>轮廓自相交</translation>
    </message>
    <message>
        <source>the outline encloses nothing</source>
        <translation>轮廓没有围成面积</translation>
    </message>
    <message>
        <source>between {0} and {1}</source>
        <translation>应在 {0} 与 {1} 之间</translation>
    </message>
    <message>
        <source>needs a place</source>
        <translation>需要有位置</translation>
    </message>
    <message>
        <source>is no number</source>
        <translation>不是数值</translation>
    </message>
    <message>
        <source>is no type of this project</source>
        <translation>不是本项目的类型</translation>
    </message>
    <message>
        <source>is the type of entities; give them another one first</source>
        <translation>仍有实体属于该类型；请先改为其他类型</translation>
    </message>
    <message>
        <source>is one to {0} characters</source>
        <translation>须为 1 到 {0} 个字符</translation>
    </message>
    <message>
        <source>has a filter</source>
        <translation>须有筛选条件</translation>
    </message>
    <message>
        <source>a definition of a {0} is damaged ({1})</source>
        <translation>一个{0}的定义已损坏（{1}）</translation>
    </message>
    <message>
        <source>no {0} '{1}' is defined in this project</source>
        <translation>本项目没有定义{0}“{1}”</translation>
    </message>
    <message>
        <source>no alarms run in this project</source>
        <translation>此项目没有运行告警</translation>
    </message>
    <message>
        <source>open it for writing</source>
        <translation>请以可写方式打开</translation>
    </message>
    <message>
        <source>the option {0} is {1}</source>
        <translation>选项 {0} 的值为 {1}</translation>
    </message>
    <message>
        <source>give one like {0}</source>
        <translation>请填写类似 {0} 的值</translation>
    </message>
    <message>
        <source>is larger than 8 MiB</source>
        <translation>大于 8 MiB</translation>
    </message>
    <message>
        <source>is not JSON ({0})</source>
        <translation>不是 JSON（{0}）</translation>
    </message>
    <message>
        <source>does not state the format {0}</source>
        <translation>没有声明格式 {0}</translation>
    </message>
    <message>
        <source>has version {0}, this Shapan reads {1}</source>
        <translation>版本为 {0}，此沙盘只能读取版本 {1}</translation>
    </message>
    <message>
        <source>the connection {0} is there twice</source>
        <translation>连接 {0} 出现了两次</translation>
    </message>
    <message>
        <source>connection {0}: {1}: {2}</source>
        <translation>连接 {0}：{1}：{2}</translation>
    </message>
    <message>
        <source>nothing at {0}</source>
        <translation>{0} 处没有内容</translation>
    </message>
    <message>
        <source>{0} records are more than a payload may have</source>
        <translation>{0} 条记录超过单个报文的上限</translation>
    </message>
    <message>
        <source>no {0} to name the entity</source>
        <translation>没有 {0}，无法确定实体</translation>
    </message>
    <message>
        <source>no record with fields</source>
        <translation>没有带字段的记录</translation>
    </message>
    <message>
        <source>no {0} to name the indicator</source>
        <translation>没有 {0}，无法确定指标</translation>
    </message>
    <message>
        <source>no value at {0}</source>
        <translation>{0} 处没有值</translation>
    </message>
    <message>
        <source>none of {0} in it</source>
        <translation>其中没有 {0}</translation>
    </message>
    <message>
        <source>a number without end</source>
        <translation>数值过大</translation>
    </message>
    <message>
        <source>a {0} where a value should be</source>
        <translation>应为数值之处是 {0}</translation>
    </message>
    <message>
        <source>no time at {0}</source>
        <translation>{0} 处没有时间</translation>
    </message>
    <message>
        <source>'{0}' is no time</source>
        <translation>“{0}”不是时间</translation>
    </message>
    <message>
        <source>{0} is no time</source>
        <translation>{0} 不是时间</translation>
    </message>
    <message>
        <source>no position at {0}, {1}</source>
        <translation>{0}、{1} 处没有坐标</translation>
    </message>
    <message>
        <source>{0}, {1} is no longitude and latitude</source>
        <translation>{0}, {1} 不是经纬度</translation>
    </message>
    <message>
        <source>{0} KiB are more than a payload may have</source>
        <translation>{0} KiB 超过单个报文的上限</translation>
    </message>
    <message>
        <source>not UTF-8 at byte {0}</source>
        <translation>第 {0} 字节不是 UTF-8</translation>
    </message>
    <message>
        <source>nested too deeply</source>
        <translation>嵌套过深</translation>
    </message>
    <message>
        <source>a template has 1 to {0} characters</source>
        <translation>模板应有 1 到 {0} 个字符</translation>
    </message>
    <message>
        <source>a variable is there twice</source>
        <translation>同一变量出现了两次</translation>
    </message>
    <message>
        <source>a brace has no partner, or no name between</source>
        <translation>花括号不成对，或其中没有名称</translation>
    </message>
    <message>
        <source>no template matches one of its columns {0}</source>
        <translation>没有模板匹配其中任何一列（{0}）</translation>
    </message>
    <message>
        <source>write a mapping such as {entity}.{indicator}</source>
        <translation>请编写映射，例如 {entity}.{indicator}</translation>
    </message>
    <message>
        <source>has a time that is none: {0}</source>
        <translation>其中的时间无效：{0}</translation>
    </message>
    <message>
        <source>names no entity or no indicator for the column {0}</source>
        <translation>没有为列 {0} 指明实体或指标</translation>
    </message>
    <message>
        <source>has no column of times among {0}</source>
        <translation>{0} 中没有时间列</translation>
    </message>
    <message>
        <source>name it in the mapping</source>
        <translation>请在映射中指明</translation>
    </message>
    <message>
        <source>does not run</source>
        <translation>没有运行</translation>
    </message>
    <message>
        <source>is no file of the project</source>
        <translation>不是此项目的文件</translation>
    </message>
    <message>
        <source>is not there</source>
        <translation>不存在</translation>
    </message>
    <message>
        <source>add the file again in the connection's form</source>
        <translation>请在连接表单中重新添加该文件</translation>
    </message>
    <message>
        <source>does not begin with http:// or https://</source>
        <translation>没有以 http:// 或 https:// 开头</translation>
    </message>
    <message>
        <source>has no port such as host:1883</source>
        <translation>没有端口，例如 host:1883</translation>
    </message>
    <message>
        <source>has no mapping</source>
        <translation>没有映射</translation>
    </message>
    <message>
        <source>no Sparkplug topic</source>
        <translation>不是 Sparkplug 主题</translation>
    </message>
    <message>
        <source>no Sparkplug payload ({0})</source>
        <translation>不是 Sparkplug 报文（{0}）</translation>
    </message>
    <message>
        <source>more than a million metrics</source>
        <translation>超过一百万个度量</translation>
    </message>
    <message>
        <source>{0} names no entity or no indicator</source>
        <translation>{0} 没有指明实体或指标</translation>
    </message>
    <message>
        <source>deeper than {0} levels are not looked at</source>
        <translation>不查看 {0} 层以下的节点</translation>
    </message>
    <message>
        <source>does not begin with opc.tcp://</source>
        <translation>没有以 opc.tcp:// 开头</translation>
    </message>
    <message>
        <source>knows no security policy {0}</source>
        <translation>不认识安全策略 {0}</translation>
        <source>entity types {0}: {1}</source>
        <translation>实体类型 {0}：{1}</translation>
    </message>
    <message>
        <source>theme {0}: {1}</source>
        <translation>主题 {0}：{1}</translation>
    </message>
    <message>
        <source>{0} is no .ts file ({1})</source>
        <translation>{0} 不是 .ts 文件（{1}）</translation>
    </message>
    <message>
        <source>larger than {0} MiB</source>
        <translation>超过 {0} MiB</translation>
    </message>
    <message>
        <source>is no object of tokens and colours</source>
        <translation>不是由颜色名与颜色组成的对象</translation>
    </message>
    <message>
        <source>'{0}' is no colour of a theme; they are {1}</source>
        <translation>“{0}”不是主题中的颜色；可用的有 {1}</translation>
    </message>
    <message>
        <source>{0}: '{1}' is not #rrggbb or #rrggbbaa</source>
        <translation>{0}：“{1}”不是 #rrggbb 或 #rrggbbaa</translation>
    </message>
    <message>
        <source>submits more than {0} commands or alarms a second</source>
        <translation>每秒提交的命令或告警超过 {0} 条</translation>
    </message>
    <message>
        <source>may not raise alarms</source>
        <translation>没有发出告警的权限</translation>
    </message>
    <message>
        <source>ask for it in its shapan.toml: alarms = true under [permissions]</source>
        <translation>请在其 shapan.toml 的 [permissions] 下声明 alarms = true</translation>
    </message>
    <message>
        <source>publishes samples faster than the window can take it</source>
        <translation>发布采样的速度超过窗口的处理能力</translation>
    </message>
    <message>
        <source>raises alarms faster than the window can take it</source>
        <translation>发出告警的速度超过窗口的处理能力</translation>
    </message>
    <message>
        <source>do it in a worker, which is slowed down instead, or join what you send</source>
        <translation>请改在工作进程中进行（会被减速而不中断），或合并后再发送</translation>
    </message>
    <message>
        <source>{0} wrote no {1}</source>
        <translation>{0} 没有写出 {1}</translation>
    </message>
    <message>
        <source>no project is open for writing, which alarms need</source>
        <translation>没有以可写方式打开的项目，无法发出告警</translation>
    </message>
    <message>
        <source>alarm {0}: '{1}' is no priority</source>
        <translation>告警 {0}：“{1}”不是优先级</translation>
    </message>
    <message>
        <source>plugin {0}</source>
        <translation>插件 {0}</translation>
    </message>
    <message>
        <source>{0} gave a {1}, not a Report</source>
        <translation>{0} 返回的是 {1}，不是 Report</translation>
    </message>
    <message>
        <source>has no {0} of that id</source>
        <translation>没有该标识的{0}</translation>
    </message>
    <message>
        <source>'{0}' is no status of a connector</source>
        <translation>“{0}”不是连接器的状态</translation>
    </message>
    <message>
        <source>follow without a style</source>
        <translation>follow 缺少样式</translation>
    </message>
    <message>
        <source>the project was closed</source>
        <translation>项目已关闭</translation>
    </message>
    <message>
        <source>row {0}: {1}</source>
        <translation>第 {0} 行：{1}</translation>
    </message>
    <message>
        <source>row {0} has no address</source>
        <translation>第 {0} 行没有地址</translation>
    </message>
    <message>
        <source>row {0}: {1} has no {2}</source>
        <translation>第 {0} 行：{1} 缺少 {2}</translation>
    </message>
    <message>
        <source>'{0}' is no shape; one of {1}</source>
        <translation>“{0}”不是可用的形状；可选 {1}</translation>
    </message>
    <message>
        <source>positions of a mesh are (n, 3), not {0}</source>
        <translation>网格的坐标应为 (n, 3)，而不是 {0}</translation>
    </message>
    <message>
        <source>a mesh of {0} points has a triangle of point {1}</source>
        <translation>{0} 个点的网格中有三角形引用了点 {1}</translation>
    </message>
    <message>
        <source>it gave an array of shape {0} for {1} values</source>
        <translation>对 {1} 个值返回了形状为 {0} 的数组</translation>
    </message>
    <message>
        <source>the system's keyring does not keep {0} ({1})</source>
        <translation>系统钥匙串无法保存 {0}（{1}）</translation>
    </message>
    <message>
        <source>unlock it and try again</source>
        <translation>请解锁后重试</translation>
    </message>
    <message>
        <source>what was decided about plugins cannot be kept: {0} cannot be written ({1})</source>
        <translation>无法保存关于插件的决定：{0} 无法写入（{1}）</translation>
    </message>
    <message>
        <source>nothing that stands above the ground was found in {0}</source>
        <translation>{0} 中未发现高出地面的物体</translation>
    </message>
    <message>
        <source>points are {0} m apart: small buildings and trees are missed</source>
        <translation>点间距为 {0} m，会漏掉小型建筑物和树木</translation>
    </message>
    <message>
        <source>has {0} x {1} cells, too many</source>
        <translation>有 {0} × {1} 个像元，过多</translation>
    </message>
    <message>
        <source>layer {0} is {1}: things are extracted from points and surfaces</source>
        <translation>图层 {0} 的类型是 {1}，只能从点云和表面中提取对象</translation>
    </message>
    <message>
        <source>choose a point cloud or a raster of heights (shapan layers lists them)</source>
        <translation>请选择点云或高程栅格（shapan layers 可列出图层）</translation>
    </message>
    <message>
        <source>has {0} points; {1} are the most at once</source>
        <translation>有 {0} 个点，一次最多处理 {1} 个</translation>
    </message>
    <message>
        <source>holds no points</source>
        <translation>不含任何点</translation>
    </message>
    <message>
        <source>free some space and go on with --resume</source>
        <translation>请腾出空间，再用 --resume 继续</translation>
    </message>
    <message>
        <source>is no file of control points</source>
        <translation>不是控制点文件</translation>
    </message>
    <message>
        <source>is larger than 20 MB, too large for control points</source>
        <translation>超过 20 MB，作为控制点文件过大</translation>
    </message>
    <message>
        <source>holds no control points</source>
        <translation>不含控制点</translation>
    </message>
    <message>
        <source>{0} states no CRS; the project's {1} is assumed</source>
        <translation>{0} 未注明坐标参考系，按项目的 {1} 处理</translation>
    </message>
    <message>
        <source>line {0} has {1} values, not 6 or 7</source>
        <translation>第 {0} 行有 {1} 个值，应为 6 或 7 个</translation>
    </message>
    <message>
        <source>has no column for {0} (columns: {1})</source>
        <translation>缺少 {0} 列（现有列：{1}）</translation>
    </message>
    <message>
        <source>the first line must be a header such as name,east,north,height,role,photo,x_px,y_px</source>
        <translation>首行须为表头，如 name,east,north,height,role,photo,x_px,y_px</translation>
    </message>
    <message>
        <source>gives {0} two places (line {1})</source>
        <translation>{0} 有两个不同的坐标（第 {1} 行）</translation>
    </message>
    <message>
        <source>line {0}: '{1}' is not a number</source>
        <translation>第 {0} 行：“{1}”不是数字</translation>
    </message>
    <message>
        <source>give --control-crs {0} and swap the two columns</source>
        <translation>请指定 --control-crs {0}，并对调这两列</translation>
    </message>
    <message>
        <source>give --control-crs {0}</source>
        <translation>请指定 --control-crs {0}</translation>
    </message>
    <message>
        <source>swap the two columns, or their names in the header</source>
        <translation>请对调这两列，或对调表头中的列名</translation>
    </message>
    <message>
        <source>its points lie nowhere near the photographs</source>
        <translation>其控制点与照片位置相去甚远</translation>
    </message>
    <message>
        <source>its points lie {0} km from the photographs</source>
        <translation>其控制点距照片 {0} km</translation>
    </message>
    <message>
        <source>its points lie {0} m from the photographs</source>
        <translation>其控制点距照片 {0} m</translation>
    </message>
    <message>
        <source>check their CRS (read as {0}) with --control-crs, and the photographs</source>
        <translation>请用 --control-crs 核对其坐标参考系（现按 {0} 读取），并核对照片</translation>
    </message>
    <message>
        <source>control points lie {0} m above the photographs: heights are probably of different datums</source>
        <translation>控制点比照片高 {0} m，两者的高程基准可能不同</translation>
    </message>
    <message>
        <source>control points lie {0} m below the photographs: heights are probably of different datums</source>
        <translation>控制点比照片低 {0} m，两者的高程基准可能不同</translation>
    </message>
    <message>
        <source>three points at least are needed to place a model</source>
        <translation>模型定位至少需要三个点</translation>
    </message>
    <message>
        <source>the points that place the model lie on one line</source>
        <translation>用于模型定位的点共线</translation>
    </message>
    <message>
        <source>only {0} photographs with a pose state where they were taken</source>
        <translation>有位姿的照片中，只有 {0} 张注明了拍摄位置</translation>
    </message>
    <message>
        <source>give control points with --control</source>
        <translation>请用 --control 提供控制点</translation>
    </message>
    <message>
        <source>all photographs were taken along one line, which leaves the roll about it open</source>
        <translation>所有照片沿同一直线拍摄，绕该线的横滚角无法确定</translation>
    </message>
    <message>
        <source>give control points with --control, or fly a second line</source>
        <translation>请用 --control 提供控制点，或加飞一条航线</translation>
    </message>
    <message>
        <source>only {0} control points are marked in two photographs or more; three are needed</source>
        <translation>只有 {0} 个控制点在两张以上照片中刺点，至少需要三个</translation>
    </message>
    <message>
        <source>mark them in more photographs</source>
        <translation>请在更多照片中刺点</translation>
    </message>
    <message>
        <source>is not as nerfstudio writes it ({0})</source>
        <translation>不符合 nerfstudio 的格式（{0}）</translation>
    </message>
    <message>
        <source>is not as OpenSfM writes it ({0})</source>
        <translation>不符合 OpenSfM 的格式（{0}）</translation>
    </message>
    <message>
        <source>holds no COLMAP model (cameras, images, points3D)</source>
        <translation>不含 COLMAP 模型（cameras、images、points3D）</translation>
    </message>
    <message>
        <source>is no whole COLMAP model ({0})</source>
        <translation>不是完整的 COLMAP 模型（{0}）</translation>
    </message>
    <message>
        <source>camera model {0}</source>
        <translation>相机模型 {0}</translation>
    </message>
    <message>
        <source>{0} is larger than 1 GiB</source>
        <translation>{0} 超过 1 GiB</translation>
    </message>
    <message>
        <source>{0} items</source>
        <translation>{0} 项</translation>
    </message>
    <message>
        <source>a name without end</source>
        <translation>名称没有结束符</translation>
    </message>
    <message>
        <source>holds no poses that are understood</source>
        <translation>不含可识别的位姿</translation>
    </message>
    <message>
        <source>give a transforms.json, a COLMAP model's folder or OpenSfM's reconstruction.json</source>
        <translation>请提供 transforms.json、COLMAP 模型文件夹或 OpenSfM 的 reconstruction.json</translation>
    </message>
    <message>
        <source>has poses for {0} of the photographs only</source>
        <translation>只含 {0} 张照片的位姿</translation>
    </message>
    <message>
        <source>is larger than 1 GiB</source>
        <translation>超过 1 GiB</translation>
    </message>
    <message>
        <source>cannot be read as JSON ({0})</source>
        <translation>无法按 JSON 读取（{0}）</translation>
    </message>
    <message>
        <source>{0} needs {1}, not installed here</source>
        <translation>{0} 需要 {1}，此处未安装</translation>
    </message>
    <message>
        <source>pip install "shapan[{0}]" (in a checkout: uv sync --all-extras)</source>
        <translation>请运行 pip install "shapan[{0}]"（源码目录中用 uv sync --all-extras）</translation>
    </message>
    <message>
        <source>{0} has {1} MiB free and the reconstruction needs about {2} MiB</source>
        <translation>{0} 剩余 {1} MiB，重建约需 {2} MiB</translation>
    </message>
    <message>
        <source>free some space, or use --quality draft</source>
        <translation>请腾出空间，或改用 --quality draft</translation>
    </message>
    <message>
        <source>is no folder of photographs</source>
        <translation>不是照片文件夹</translation>
    </message>
    <message>
        <source>holds no photographs (JPEG, PNG, TIFF)</source>
        <translation>不含照片（JPEG、PNG、TIFF）</translation>
    </message>
    <message>
        <source>at least three that overlap are needed</source>
        <translation>至少需要三张相互重叠的照片</translation>
    </message>
    <message>
        <source>is the same file as {0}</source>
        <translation>与 {0} 是同一文件</translation>
    </message>
    <message>
        <source>shows the same as {0}</source>
        <translation>与 {0} 画面相同</translation>
    </message>
    <message>
        <source>is blurred ({0}; the set's is {1})</source>
        <translation>影像模糊（{0}，整组为 {1}）</translation>
    </message>
    <message>
        <source>was taken where the project's CRS has no place</source>
        <translation>拍摄位置超出项目坐标参考系的适用范围</translation>
    </message>
    <message>
        <source>was taken {0} km from the others</source>
        <translation>拍摄位置距其他照片 {0} km</translation>
    </message>
    <message>
        <source>mixed cameras, each is calibrated by itself: {0}</source>
        <translation>使用了多种相机，各自单独检校：{0}</translation>
    </message>
    <message>
        <source>no photograph states where it was taken: without control points the scene has no scale, no place and no direction</source>
        <translation>照片均未注明拍摄位置：没有控制点，场景就没有比例尺、位置和方向</translation>
    </message>
    <message>
        <source>{0} of {1} photographs state no position</source>
        <translation>{1} 张照片中有 {0} 张未注明位置</translation>
    </message>
    <message>
        <source>only {0} photographs: expect gaps</source>
        <translation>只有 {0} 张照片，成果可能有空洞</translation>
    </message>
    <message>
        <source>neighbouring photographs overlap by {0} only; 75 % and more are needed for a gapless surface</source>
        <translation>相邻照片的重叠度只有 {0}，要得到无空洞的表面需达到 75 % 以上</translation>
    </message>
    <message>
        <source>has {0} x {1} pixels, too many</source>
        <translation>有 {0} × {1} 个像素，过多</translation>
    </message>
    <message>
        <source>is not a picture that can be read</source>
        <translation>不是可读取的图片</translation>
    </message>
    <message>
        <source>cannot be opened as a picture ({0})</source>
        <translation>无法作为图片打开（{0}）</translation>
    </message>
    <message>
        <source>copy it again</source>
        <translation>请重新复制该文件</translation>
    </message>
    <message>
        <source>{0} marks its points in none of the photographs (it names {1})</source>
        <translation>{0} 中的刺点不在任何一张照片上（所列照片名：{1}）</translation>
    </message>
    <message>
        <source>{0} marks its points in none of the photographs</source>
        <translation>{0} 中的刺点不在任何一张照片上</translation>
    </message>
    <message>
        <source>a row a mark is needed: name,east,north,height,role,photo,x_px,y_px</source>
        <translation>每个刺点须占一行：name,east,north,height,role,photo,x_px,y_px</translation>
    </message>
    <message>
        <source>only {0} control points: three are needed to place the scene, so they are compared only</source>
        <translation>只有 {0} 个控制点，场景定位需要三个，因此仅用于比较</translation>
    </message>
    <message>
        <source>the photographs state no positions and there are no control points, so the scene has no scale and no place</source>
        <translation>照片未注明位置，又没有控制点，场景没有比例尺和位置</translation>
    </message>
    <message>
        <source>{0} is left out: its pose is {1} m from where it was taken</source>
        <translation>已剔除 {0}：其位姿距拍摄位置 {1} m</translation>
    </message>
    <message>
        <source>control point {0} contradicts the others; check its marks</source>
        <translation>控制点 {0} 与其他控制点矛盾，请检查其刺点</translation>
    </message>
    <message>
        <source>the scene reaches {0} m from its middle; the Earth's curvature, which is not modelled, makes up to {1} m of height there</source>
        <translation>场景边缘距中心 {0} m，未改正地球曲率，该处高程误差可达 {1} m</translation>
    </message>
    <message>
        <source>{0} of {1} photographs could not be connected with the others: {2} …</source>
        <translation>{1} 张照片中有 {0} 张无法与其他照片连接：{2} …</translation>
    </message>
    <message>
        <source>{0} of {1} photographs could not be connected with the others: {2}</source>
        <translation>{1} 张照片中有 {0} 张无法与其他照片连接：{2}</translation>
    </message>
    <message>
        <source>{0} is left out: it {1}</source>
        <translation>已剔除 {0}：{1}</translation>
    </message>
    <message>
        <source>no two photographs could be matched densely</source>
        <translation>没有任何两张照片能完成密集匹配</translation>
    </message>
    <message>
        <source>they must overlap by 60 % or more and look at the same things</source>
        <translation>照片的重叠度须达到 60 % 以上，并拍摄同一地物</translation>
    </message>
    <message>
        <source>no two photographs show the same thing</source>
        <translation>没有任何两张照片拍到同一地物</translation>
    </message>
    <message>
        <source>they must overlap by 60 % or more and be sharp</source>
        <translation>照片的重叠度须达到 60 % 以上，且影像清晰</translation>
    </message>
    <message>
        <source>the camera model {0} is not supported</source>
        <translation>不支持相机模型 {0}</translation>
    </message>
    <message>
        <source>use SIMPLE_PINHOLE, PINHOLE, SIMPLE_RADIAL, RADIAL or OPENCV</source>
        <translation>请使用 SIMPLE_PINHOLE、PINHOLE、SIMPLE_RADIAL、RADIAL 或 OPENCV</translation>
    </message>
    <message>
        <source>the photographs could not be connected with each other</source>
        <translation>照片之间无法相互连接</translation>
    </message>
    <message>
        <source>they must overlap by 60 % or more, be sharp, and show the same season</source>
        <translation>照片的重叠度须达到 60 % 以上，影像清晰，且为同一季节拍摄</translation>
    </message>
    <message>
        <source>the given poses come without tie points, so it is not known how far the scene is</source>
        <translation>给定的位姿不带连接点，无法得知场景的远近</translation>
    </message>
    <message>
        <source>give a COLMAP model or an OpenSfM reconstruction with its points</source>
        <translation>请提供带连接点的 COLMAP 模型或 OpenSfM 重建结果</translation>
    </message>
    <message>
        <source>correct it in the scenario</source>
        <translation>请在情景中更正</translation>
    </message>
    <message>
        <source>set {0} to a file</source>
        <translation>请将 {0} 设为一个文件</translation>
    </message>
    <message>
        <source>install the engines with: uv sync --extra simulation</source>
        <translation>请安装仿真引擎：uv sync --extra simulation</translation>
    </message>
    <message>
        <source>choose other bounds_m or entities</source>
        <translation>请调整 bounds_m 或另选实体</translation>
    </message>
    <message>
        <source>export it for co-simulation</source>
        <translation>请按联合仿真（Co-Simulation）重新导出</translation>
    </message>
    <message>
        <source>do not use this file</source>
        <translation>请勿使用该文件</translation>
    </message>
    <message>
        <source>set area to entities or a polygon</source>
        <translation>请将 area 设为实体或一个多边形</translation>
    </message>
    <message>
        <source>set exits to entities or polygons</source>
        <translation>请将 exits 设为实体或多边形</translation>
    </message>
    <message>
        <source>leave one open</source>
        <translation>请至少保留一个出口开放</translation>
    </message>
    <message>
        <source>choose fewer people</source>
        <translation>请减少人数</translation>
    </message>
    <message>
        <source>set rerouting to true in the scenario</source>
        <translation>请在情景中将 rerouting 设为 true</translation>
    </message>
    <message>
        <source>choose other bounds_m, or fill the gaps</source>
        <translation>请调整 bounds_m，或补全缺失的高程</translation>
    </message>
    <message>
        <source>choose other bounds_m or cell_m</source>
        <translation>请调整 bounds_m 或 cell_m</translation>
    </message>
    <message>
        <source>give .net.xml, .osm, .osm.gz or .xodr</source>
        <translation>请提供 .net.xml、.osm、.osm.gz 或 .xodr 路网文件</translation>
    </message>
    <message>
        <source>put it beside the configuration</source>
        <translation>请将其放到配置文件所在的文件夹</translation>
    </message>
    <message>
        <source>raise patience_s in the scenario if it is only slow</source>
        <translation>若只是计算较慢，请在情景中调大 patience_s</translation>
    </message>
    <message>
        <source>there are: none</source>
        <translation>目前没有可用项</translation>
    </message>
    <message>
        <source>there is a run {0} already</source>
        <translation>推演 {0} 已存在</translation>
    </message>
    <message>
        <source>what was computed before is kept</source>
        <translation>此前的计算结果已保留</translation>
    </message>
    <message>
        <source>simulator {0}: {1}</source>
        <translation>仿真引擎 {0}：{1}</translation>
    </message>
    <message>
        <source>see docs/simulation.md</source>
        <translation>参见 docs/simulation.md</translation>
    </message>
    <message>
        <source>it takes {0}</source>
        <translation>可接收的输入：{0}</translation>
    </message>
    <message>
        <source>it takes nothing</source>
        <translation>不接收任何输入</translation>
    </message>
    <message>
        <source>simulator {0} ended at {1} and was started again</source>
        <translation>仿真引擎 {0} 在 {1} 意外退出，已重新启动</translation>
    </message>
    <message>
        <source>simulator {0} knows no entity {1} and {2} more</source>
        <translation>仿真引擎 {0} 中没有实体 {1}，另有 {2} 个实体也不存在</translation>
    </message>
    <message>
        <source>simulator {0} knows no entity {1}</source>
        <translation>仿真引擎 {0} 中没有实体 {1}</translation>
    </message>
    <message>
        <source>no checkpoint of {0} at {1}: {2}</source>
        <translation>{0} 在 {1} 未能保存存档点：{2}</translation>
    </message>
    <message>
        <source>what was computed before is kept; see the simulator's log</source>
        <translation>此前的计算结果已保留，详见该仿真引擎的日志</translation>
    </message>
    <message>
        <source>make one of these couplings delayed</source>
        <translation>请将其中一个耦合设为延迟耦合</translation>
    </message>
    <message>
        <source>it gives {0}</source>
        <translation>可提供的输出：{0}</translation>
    </message>
    <message>
        <source>it gives nothing</source>
        <translation>不提供任何输出</translation>
    </message>
    <message>
        <source>couple indicators that measure the same thing</source>
        <translation>请耦合物理量相同的指标</translation>
    </message>
    <message>
        <source>it has {0}</source>
        <translation>现有：{0}</translation>
    </message>
    <message>
        <source>it has none</source>
        <translation>目前一个也没有</translation>
    </message>
    <message>
        <source>one of {0}, or engine.parameter</source>
        <translation>可用 {0}，或写作“引擎.参数”</translation>
    </message>
    <message>
        <source>scenario {0} cannot be written ({1})</source>
        <translation>无法写入情景 {0}（{1}）</translation>
    </message>
    <message>
        <source>give {0}=…</source>
        <translation>请给出 {0}=…</translation>
    </message>
    <message>
        <source>{0} holds no run ({1})</source>
        <translation>{0} 中没有可读取的推演（{1}）</translation>
    </message>
    <message>
        <source>free some space</source>
        <translation>请释放一些磁盘空间</translation>
    </message>
    <message>
        <source>cannot go back from {0} to {1}</source>
        <translation>无法从 {0} 退回到 {1}</translation>
    </message>
    <message>
        <source>{0}: there is no file {1}</source>
        <translation>{0}：文件 {1} 不存在</translation>
    </message>
    <message>
        <source>{0} = {1} is no number from {2} to {3}</source>
        <translation>{0} = {1} 不是 {2} 到 {3} 之间的数值</translation>
    </message>
    <message>
        <source>the parameter {0} is missing</source>
        <translation>缺少参数 {0}</translation>
    </message>
    <message>
        <source>{0} of {1} is no number ({2})</source>
        <translation>{1} 的 {0} 不是有效数值（{2}）</translation>
    </message>
    <message>
        <source>wntr is not installed</source>
        <translation>未安装 wntr</translation>
    </message>
    <message>
        <source>at {0} s: {1}</source>
        <translation>计算到 {0} s 时出错：{1}</translation>
    </message>
    <message>
        <source>ended by itself at {0} s</source>
        <translation>在 {0} s 时自行结束</translation>
    </message>
    <message>
        <source>rain is no list of minute and mm/h in order of time</source>
        <translation>rain 应为按时间排列的“分钟、mm/h”列表</translation>
    </message>
    <message>
        <source>rain has a value that is no intensity</source>
        <translation>rain 中有不能作为雨强的数值</translation>
    </message>
    <message>
        <source>{0} lies outside the area ({1} do)</source>
        <translation>{0} 在计算范围之外（共 {1} 个）</translation>
    </message>
    <message>
        <source>the entity {0} has no position</source>
        <translation>实体 {0} 没有位置</translation>
    </message>
    <message>
        <source>{0} was kept with another terrain</source>
        <translation>存档点 {0} 所用的地形与当前不同</translation>
    </message>
    <message>
        <source>bed_m is no table of at least 3 × 3 heights</source>
        <translation>bed_m 应为至少 3 × 3 的高程表</translation>
    </message>
    <message>
        <source>{0} is for model exchange only</source>
        <translation>{0} 仅支持模型交换（Model Exchange）</translation>
    </message>
    <message>
        <source>{0} has no variable {1}</source>
        <translation>{0} 没有变量 {1}</translation>
    </message>
    <message>
        <source>{0} is no FMU ({1})</source>
        <translation>{0} 不是 FMU（{1}）</translation>
    </message>
    <message>
        <source>{0} is too large when unpacked</source>
        <translation>{0} 解压后过大</translation>
    </message>
    <message>
        <source>failed at {0} s ({1})</source>
        <translation>计算到 {0} s 时失败（{1}）</translation>
    </message>
    <message>
        <source>{0}: {1} would be unpacked outside its folder</source>
        <translation>{0}：{1} 会被解压到目标文件夹之外</translation>
    </message>
    <message>
        <source>the parameter area is missing</source>
        <translation>缺少参数 area</translation>
    </message>
    <message>
        <source>the area falls into parts that do not touch</source>
        <translation>行走区域被分成互不相连的几块</translation>
    </message>
    <message>
        <source>the parameter exits is missing</source>
        <translation>缺少参数 exits</translation>
    </message>
    <message>
        <source>{0}: the polygon {1} crosses itself or has no area</source>
        <translation>{0}：多边形 {1} 自相交或面积为零</translation>
    </message>
    <message>
        <source>all exits are closed</source>
        <translation>所有出口均已关闭</translation>
    </message>
    <message>
        <source>the area cannot be walked on ({0})</source>
        <translation>该区域无法作为行走区域（{0}）</translation>
    </message>
    <message>
        <source>{0}: the entity {1} has no footprint of its own</source>
        <translation>{0}：实体 {1} 没有自己的轮廓</translation>
    </message>
    <message>
        <source>{0} is no polygon ({1})</source>
        <translation>{0} 不是多边形（{1}）</translation>
    </message>
    <message>
        <source>{0} people do not fit into {1} m²</source>
        <translation>{1} m² 内容纳不下 {0} 人</translation>
    </message>
    <message>
        <source>the road {0} cannot be closed: vehicles would stand before it for ever</source>
        <translation>道路 {0} 无法封闭：车辆会一直停在其前方</translation>
    </message>
    <message>
        <source>{0} has no demand: no routes were given</source>
        <translation>{0} 没有交通需求：未给出 routes</translation>
    </message>
    <message>
        <source>ended by itself before {0}</source>
        <translation>未到 {0} 即自行结束</translation>
    </message>
    <message>
        <source>takes no {0}</source>
        <translation>不接受 {0}</translation>
    </message>
    <message>
        <source>{0} is not installed (no module {1})</source>
        <translation>未安装 {0}（没有模块 {1}）</translation>
    </message>
    <message>
        <source>{0} has no heights in {1} % of the area</source>
        <translation>{0} 在 {1} % 的区域内没有高程</translation>
    </message>
    <message>
        <source>{0}: {1} × {2} cells of {3} m</source>
        <translation>{0}：{1} × {2} 个 {3} 米的格网单元</translation>
    </message>
    <message>
        <source>{0} is no XML ({1})</source>
        <translation>{0} 不是 XML（{1}）</translation>
    </message>
    <message>
        <source>{0} is no network</source>
        <translation>{0} 不是路网</translation>
    </message>
    <message>
        <source>netconvert is not installed</source>
        <translation>未安装 netconvert</translation>
    </message>
    <message>
        <source>netconvert failed on {0} ({1})</source>
        <translation>netconvert 处理 {0} 时失败（{1}）</translation>
    </message>
    <message>
        <source>netconvert cannot read {0} ({1})</source>
        <translation>netconvert 无法读取 {0}（{1}）</translation>
    </message>
    <message>
        <source>{0} names {1}, which is not there</source>
        <translation>{0} 引用了不存在的 {1}</translation>
    </message>
    <message>
        <source>{0} names {1}, which lies outside its folder</source>
        <translation>{0} 引用了其文件夹之外的 {1}</translation>
    </message>
    <message>
        <source>was still computing when it was cancelled</source>
        <translation>取消时仍在计算</translation>
    </message>
    <message>
        <source>hangs: no answer to {0} for {1} s</source>
        <translation>无响应：{1} 秒内未回应 {0}</translation>
    </message>
    <message>
        <source>hangs: no answer to the step for {0} s</source>
        <translation>无响应：{0} 秒内未完成该步</translation>
    </message>
    <message>
        <source>there is no simulator {0} ({1})</source>
        <translation>没有仿真器 {0}（{1}）</translation>
    </message>
    <message>
        <source>the conductor ended with the code {0}: {1}</source>
        <translation>调度进程以代码 {0} 结束：{1}</translation>
    </message>
    <message>
        <source>the conductor ended with the code {0}</source>
        <translation>调度进程以代码 {0} 结束</translation>
    </message>
    <message>
        <source>its capabilities lack {0}</source>
        <translation>其能力说明缺少 {0}</translation>
    </message>
    <message>
        <source>its capabilities are wrong ({0})</source>
        <translation>其能力说明有误（{0}）</translation>
    </message>
    <message>
        <source>takes no {0}, which the scenario sets</source>
        <translation>不接受方案所设的 {0}</translation>
    </message>
    <message>
        <source>ended {0} times, the last at {1}: {2}</source>
        <translation>已结束 {0} 次，最近一次在 {1}：{2}</translation>
    </message>
    <message>
        <source>gave {0} for {1} of {2} at {3}</source>
        <translation>在 {3} 对 {2} 的 {1} 给出了 {0}</translation>
    </message>
    <message>
        <source>simulators wait for each other in a circle: {0}</source>
        <translation>仿真器之间循环等待：{0}</translation>
    </message>
    <message>
        <source>gives no {0}, which the coupling {1} needs</source>
        <translation>不提供耦合 {1} 所需的 {0}</translation>
    </message>
    <message>
        <source>takes no {0}, which the coupling {1} gives</source>
        <translation>不接受耦合 {1} 给出的 {0}</translation>
    </message>
    <message>
        <source>the coupling {0} gives {1} where {2} is wanted</source>
        <translation>耦合 {0} 给出 {1}，而需要 {2}</translation>
    </message>
    <message>
        <source>scenario {0} has no engine {1}</source>
        <translation>方案 {0} 中没有引擎 {1}</translation>
    </message>
    <message>
        <source>scenario {0} has no parameter {1}</source>
        <translation>方案 {0} 中没有参数 {1}</translation>
    </message>
    <message>
        <source>scenario {0} is wrong ({1} is missing)</source>
        <translation>方案 {0} 有误（缺少 {1}）</translation>
    </message>
    <message>
        <source>scenario {0} is wrong ({1})</source>
        <translation>方案 {0} 有误（{1}）</translation>
    </message>
    <message>
        <source>scenario {0} was written by a newer Shapan</source>
        <translation>方案 {0} 由更新版本的 Shapan 写成</translation>
    </message>
    <message>
        <source>scenario {0}: it has no engines</source>
        <translation>方案 {0}：没有引擎</translation>
    </message>
    <message>
        <source>scenario {0}: the engine {1} is there twice</source>
        <translation>方案 {0}：引擎 {1} 出现两次</translation>
    </message>
    <message>
        <source>scenario {0}: {1} = {2} is not above 0 and at most ten years</source>
        <translation>方案 {0}：{1} = {2} 应大于 0 且不超过十年</translation>
    </message>
    <message>
        <source>scenario {0}: the engine id '{1}' is not made of a-z, 0-9, - and _</source>
        <translation>方案 {0}：引擎标识“{1}”只能由 a-z、0-9、- 和 _ 组成</translation>
    </message>
    <message>
        <source>scenario {0}: '{1}' is not plugin.simulator, such as shapan.swmm.swmm</source>
        <translation>方案 {0}：“{1}”不是 插件.仿真器，例如 shapan.swmm.swmm</translation>
    </message>
    <message>
        <source>scenario {0}: combine is {1}, not one of {2}</source>
        <translation>方案 {0}：combine 为 {1}，应为 {2} 之一</translation>
    </message>
    <message>
        <source>scenario {0}: '{1}' is not engine.indicator</source>
        <translation>方案 {0}：“{1}”不是 引擎.指标</translation>
    </message>
    <message>
        <source>there is no scenario {0}</source>
        <translation>没有方案 {0}</translation>
    </message>
    <message>
        <source>'{0}' is not made of a-z, 0-9, - and _</source>
        <translation>“{0}”只能由 a-z、0-9、- 和 _ 组成</translation>
    </message>
    <message>
        <source>{0} is larger than 16 MiB</source>
        <translation>{0} 超过 16 MiB</translation>
    </message>
    <message>
        <source>the scenario {0} cannot be read ({1})</source>
        <translation>方案 {0} 无法读取（{1}）</translation>
    </message>
    <message>
        <source>the terrain {0} cannot be read ({1})</source>
        <translation>地形 {0} 无法读取（{1}）</translation>
    </message>
    <message>
        <source>there is no template {0}</source>
        <translation>没有模板 {0}</translation>
    </message>
    <message>
        <source>the template {0} needs {1}: {2}</source>
        <translation>模板 {0} 需要 {1}：{2}</translation>
    </message>
    <message>
        <source>entity types {0}: {1}</source>
        <translation>实体类型 {0}：{1}</translation>
    </message>
    <message>
        <source>symbol {0}</source>
        <translation>符号 {0}</translation>
    </message>
    <message>
        <source>code table {0}: {1}</source>
        <translation>编码表 {0}：{1}</translation>
    </message>
    <message>
        <source>is no .ts file</source>
        <translation>不是 .ts 文件</translation>
    </message>
    <message>
        <source>is .glb, .json (bodies) or .svg</source>
        <translation>应为 .glb、.json（形体）或 .svg</translation>
    </message>
    <message>
        <source>is .svg</source>
        <translation>应为 .svg</translation>
    </message>
    <message>
        <source>is no description of bodies ({0})</source>
        <translation>不是形体描述（{0}）</translation>
    </message>
    <message>
        <source>needs format 1 and a list of at most {0} bodies</source>
        <translation>需要 format 1 和不超过 {0} 个形体的列表</translation>
    </message>
    <message>
        <source>body {0}: {1}</source>
        <translation>第 {0} 个形体：{1}</translation>
    </message>
    <message>
        <source>has a DOCTYPE</source>
        <translation>含有 DOCTYPE</translation>
    </message>
    <message>
        <source>defines entities</source>
        <translation>定义了实体</translation>
    </message>
    <message>
        <source>repeats parts with &lt;use&gt;</source>
        <translation>用 &lt;use&gt; 重复图形</translation>
    </message>
    <message>
        <source>save it as plain SVG with paths only</source>
        <translation>请另存为只含路径的普通 SVG</translation>
    </message>
    <message>
        <source>is no SVG ({0}: {1})</source>
        <translation>不是 SVG（{0}：{1}）</translation>
    </message>
    <message>
        <source>has {0} shapes, a symbol at most {1}</source>
        <translation>有 {0} 个图形，符号最多 {1} 个</translation>
    </message>
    <message>
        <source>is larger than {0} MiB</source>
        <translation>大于 {0} MiB</translation>
    </message>
    <message>
        <source>is no symbol: one of {0}</source>
        <translation>不是符号文件：应为 {0} 之一</translation>
    </message>
    <message>
        <source>shows nothing: no triangles, bodies or filled areas</source>
        <translation>没有内容：既无三角形、形体，也无填充区域</translation>
    </message>
    <message>
        <source>has {0} triangles, a symbol at most {1}</source>
        <translation>有 {0} 个三角形，符号最多 {1} 个</translation>
    </message>
    <message>
        <source>is '{0}' of {1} already; take a free code</source>
        <translation>已是 {1} 中的“{0}”；请用未占用的编码</translation>
    </message>
    <message>
        <source>shapes for other programs: {0} are missing; {1}</source>
        <translation>供其他程序读取的形状：缺少 {0} 个；{1}</translation>
    </message>
    <message>
        <source>no rules are at work in this project</source>
        <translation>此项目没有运行中的规则</translation>
    </message>
    <message>
        <source>the project's frame cannot be replaced: entities or layers are placed in it</source>
        <extracomment>twin_model/store/transaction.py</extracomment>
        <translation>无法更换项目的坐标框架：其中已放置实体或图层</translation>
    </message>
    <message>
        <source>make a new project with the other frame and import the sources there</source>
        <extracomment>twin_model/store/transaction.py</extracomment>
        <translation>用另一坐标框架新建项目，并在其中导入数据</translation>
    </message>
    <message>
        <source>these readers could not be loaded: {0}</source>
        <translation>以下读取器未能载入：{0}</translation>
    </message>
    <message>
        <source>scenario {0}: an assumption names no entity or no attribute</source>
        <translation>方案 {0}：有一项假设没有写明实体或属性</translation>
    </message>
    <message>
        <source>fill in its line, or remove it</source>
        <translation>请补全该行或删除它</translation>
    </message>
    <message>
        <source>set routes to files with trips, routes or flows, or give demand</source>
        <translation>请把 routes 设为含行程、路径或车流的文件，或给出 demand</translation>
    </message>
    <message>
        <source>demand has no {0}</source>
        <translation>需求中没有 {0}</translation>
    </message>
    <message>
        <source>demand has no content</source>
        <translation>需求没有内容</translation>
    </message>
    <message>
        <source>demand makes {0} flows, more than {1}</source>
        <translation>需求产生 {0} 条车流，超过 {1} 条</translation>
    </message>
    <message>
        <source>demand of {0} to {1} is {2}, no number of vehicles an hour</source>
        <translation>从 {0} 到 {1} 的需求为 {2}，不是每小时车辆数</translation>
    </message>
    <message>
        <source>demand of {0} is {1}, no number of vehicles an hour</source>
        <translation>{0} 的需求为 {1}，不是每小时车辆数</translation>
    </message>
    <message>
        <source>demand of the whole is {0}, no number of vehicles an hour</source>
        <translation>总需求为 {0}，不是每小时车辆数</translation>
    </message>
    <message>
        <source>demand counts at {0}, which does not end at the network's border</source>
        <translation>需求中的计数位于 {0}，它不在路网边界结束</translation>
    </message>
    <message>
        <source>demand has the row {0}, not road, road, vehicles an hour</source>
        <translation>需求中的行 {0} 不是“道路、道路、每小时车辆数”</translation>
    </message>
    <message>
        <source>demand names the road {0}, which is not in the network</source>
        <translation>需求提到的道路 {0} 不在路网中</translation>
    </message>
    <message>
        <source>give vehicles_per_hour, counts or od; see its docs</source>
        <translation>请给出 vehicles_per_hour、counts 或 od，参见文档</translation>
    </message>
    <message>
        <source>{0} has no road that ends at its border</source>
        <translation>{0} 没有在边界结束的道路</translation>
    </message>
    <message>
        <source>give routes, or demand from road to road (od)</source>
        <translation>请给出路径，或道路之间的需求（od）</translation>
    </message>
    <message>
        <source>netconvert failed on the twin's roads ({0})</source>
        <translation>netconvert 处理孪生道路时失败（{0}）</translation>
    </message>
    <message>
        <source>netconvert cannot read the twin's roads ({0})</source>
        <translation>netconvert 无法读取孪生道路（{0}）</translation>
    </message>
    <message>
        <source>{0} of the road {1} is {2}</source>
        <translation>道路 {1} 的 {0} 为 {2}</translation>
    </message>
    <message>
        <source>give a number from {0} to {1}</source>
        <translation>请给出 {0} 到 {1} 之间的数</translation>
    </message>
    <message>
        <source>the query finds no roads</source>
        <translation>查询没有找到道路</translation>
    </message>
    <message>
        <source>correct the query</source>
        <translation>请修改查询条件</translation>
    </message>
    <message>
        <source>the road {0} has no line</source>
        <translation>道路 {0} 没有线形</translation>
    </message>
    <message>
        <source>leave it out of the query</source>
        <translation>请在查询中排除它</translation>
    </message>
    <message>
        <source>the road {0} is no line</source>
        <translation>道路 {0} 不是线</translation>
    </message>
    <message>
        <source>query roads that have centre lines</source>
        <translation>请查询有中心线的道路</translation>
    </message>
    <message>
        <source>shapes of {0}: {1}</source>
        <translation>{0} 的形状：{1}</translation>
    </message>
    <message>
        <source>rooms of {0} cannot be read ({1})</source>
        <translation>{0} 的房间无法读取（{1}）</translation>
    </message>
    <message>
        <source>there is no run {0}</source>
        <translation>没有推演 {0}</translation>
    </message>
    <message>
        <source>the run {0} is computed now</source>
        <translation>推演 {0} 正在计算</translation>
    </message>
    <message>
        <source>cancel it first</source>
        <translation>请先取消它</translation>
    </message>
    <message>
        <source>the run {0} cannot be removed ({1})</source>
        <translation>推演 {0} 无法删除（{1}）</translation>
    </message>
    <message>
        <source>{0} has no {1} any more</source>
        <translation>{0} 中已没有 {1}</translation>
    </message>
    <message>
        <source>depths of a run ({0}) cannot be read: {1}</source>
        <translation>推演的水深（{0}）无法读取：{1}</translation>
    </message>
    <message>
        <source>three finite numbers, in metres</source>
        <extracomment>twin_model/store/rows.py</extracomment>
        <translation>应为三个有限数值，单位米</translation>
    </message>
    <message>
        <source>a finite number, in degrees</source>
        <extracomment>twin_model/store/rows.py</extracomment>
        <translation>应为有限数值，单位度</translation>
    </message>
    <message>
        <source>{0} can have numbers, texts, lists and objects only ({1})</source>
        <extracomment>twin_model/store/rows.py</extracomment>
        <translation>{0} 的值只能是数字、文本、列表或对象（{1}）</translation>
    </message>
    <message>
        <source>{0} runs cannot be compared</source>
        <translation>无法比较 {0} 次推演</translation>
    </message>
    <message>
        <source>choose 2 to 4</source>
        <translation>请选择 2 至 4 次</translation>
    </message>
    <message>
        <source>the units of {0} are {1} in {2} and {3} in {4}</source>
        <translation>{0} 的单位在 {2} 中是“{1}”，在 {4} 中是“{3}”</translation>
    </message>
    <message>
        <source>compare runs of one version</source>
        <translation>请比较同一版本的推演</translation>
    </message>
    <message>
        <source>the runs have grids of water with other cells</source>
        <translation>两次推演的水深网格不同</translation>
    </message>
    <message>
        <source>use the same bounds and cell size in both scenarios</source>
        <translation>请在两个方案中使用相同的范围和网格大小</translation>
    </message>
    <message>
        <source>the report {0} cannot be written ({1})</source>
        <translation>报告 {0} 无法写入（{1}）</translation>
    </message>
    <message>
        <source>relations by which something would contain itself were left out: {0}</source>
        <extracomment>ingest/tiling/objects.py</extracomment>
        <translation>已略去会使对象包含自身的关系：{0} 个</translation>
    </message>
    <message>
        <source>{0} is not there or empty</source>
        <translation>{0} 不存在或为空</translation>
    </message>
    <message>
        <source>cannot be read again: {0}</source>
        <translation>无法重新读取：{0}</translation>
    </message>
    <message>
        <source>{0} entities were given, {1} are in the file; where it means to leave some out, say complete = false in its manifest</source>
        <translation>给出 {0} 个实体，文件中有 {1} 个；若有意略去一部分，请在清单中写 complete = false</translation>
    </message>
    <message>
        <source>is not recognised by its name and first bytes</source>
        <translation>未能凭名称与开头字节识别</translation>
    </message>
    <message>
        <source>inspect names no kind, format or counts</source>
        <translation>inspect 未给出种类、格式或数量</translation>
    </message>
    <message>
        <source>read gives nothing</source>
        <translation>read 没有给出内容</translation>
    </message>
    <message>
        <source>positions are {0}, not (n, 3) float64</source>
        <translation>坐标为 {0}，不是 (n, 3) float64</translation>
    </message>
    <message>
        <source>{0} points have {1} of {2}</source>
        <translation>{0} 个点却有 {1} 个 {2}</translation>
    </message>
    <message>
        <source>positions have the shape {0}, not (n, 3)</source>
        <translation>坐标的形状为 {0}，不是 (n, 3)</translation>
    </message>
    <message>
        <source>a triangle names a corner that there is not</source>
        <translation>三角形引用了不存在的顶点</translation>
    </message>
    <message>
        <source>the run in {0} left no result that can be read</source>
        <translation>{0} 中的重建没有留下可读取的结果</translation>
    </message>
    <message>
        <source>an origin is three numbers</source>
        <translation>原点应为三个数</translation>
    </message>
    <message>
        <source>covers nothing of what the photographs show</source>
        <translation>不覆盖照片所示的任何区域</translation>
    </message>
    <message>
        <source>check its CRS, or reconstruct without --reference</source>
        <translation>请检查其坐标系，或不用 --reference 重建</translation>
    </message>
    <message>
        <source>has no points where the photographs show anything</source>
        <translation>在照片覆盖处没有点</translation>
    </message>
    <message>
        <source>write one into it and try again</source>
        <translation>请写入坐标系后重试</translation>
    </message>
    <message>
        <source>the project has no origin yet and the photographs state no position</source>
        <translation>项目尚无原点，照片也没有记录位置</translation>
    </message>
    <message>
        <source>no mail server is set</source>
        <translation>未设置邮件服务器</translation>
    </message>
    <message>
        <source>name one in the notifications</source>
        <translation>请在告警通知中填写</translation>
    </message>
    <message>
        <source>the mail server {0} does not answer ({1})</source>
        <translation>邮件服务器 {0} 没有应答（{1}）</translation>
    </message>
    <message>
        <source>the mail server {0} refused ({1})</source>
        <translation>邮件服务器 {0} 拒绝（{1}）</translation>
    </message>
    <message>
        <source>{0} does not answer ({1})</source>
        <translation>{0} 没有应答（{1}）</translation>
    </message>
    <message>
        <source>{0} answers {1}</source>
        <translation>{0} 应答 {1}</translation>
    </message>
    <message>
        <source>{0}: mail goes to somebody</source>
        <translation>{0}：邮件须有收件人</translation>
    </message>
    <message>
        <source>{0}: a webhook has one address that begins with http</source>
        <translation>{0}：Webhook 须有一个以 http 开头的地址</translation>
    </message>
    <message>
        <source>add openings between them, or correct the area</source>
        <translation>请在它们之间添加开口，或修改区域</translation>
    </message>
    <message>
        <source>choose doors of these rooms</source>
        <translation>请选择这些房间的门</translation>
    </message>
    <message>
        <source>the query finds no reservoir or tank, so that nothing feeds the pipes</source>
        <translation>查询没有找到水库或水箱，管道没有水源</translation>
    </message>
    <message>
        <source>add entities of the type reservoir or tank to it</source>
        <translation>请在查询中加入水库或水箱类型的实体</translation>
    </message>
    <message>
        <source>{0} has neither a line nor a place</source>
        <translation>{0} 既没有线形也没有位置</translation>
    </message>
    <message>
        <source>the query finds no pipes</source>
        <translation>查询没有找到管道</translation>
    </message>
    <message>
        <source>query entities that have lines</source>
        <translation>请查询有线形的实体</translation>
    </message>
    <message>
        <source>both ends of {0} are at {1}</source>
        <translation>{0} 的两端都在 {1}</translation>
    </message>
    <message>
        <source>correct its line, or lower reach_m</source>
        <translation>请修改其线形，或减小 reach_m</translation>
    </message>
    <message>
        <source>{0} of {1} is {2}</source>
        <translation>{1} 的 {0} 为 {2}</translation>
    </message>
    <message>
        <source>the query finds no outfall, so that nothing could flow away</source>
        <translation>查询没有找到排口，水无处可去</translation>
    </message>
    <message>
        <source>add entities of the type outfall to it</source>
        <translation>请在查询中加入排口类型的实体</translation>
    </message>
    <message>
        <source>the bottom of {0} lies at {1} m, not below its rim at {2} m</source>
        <translation>{0} 的底部在 {1} m，不低于井口 {2} m</translation>
    </message>
    <message>
        <source>correct invert_m or rim_m</source>
        <translation>请修改 invert_m 或 rim_m</translation>
    </message>
    <message>
        <source>{0}: {1} lies {2} m outside the area</source>
        <translation>{0}：{1} 在区域外 {2} m</translation>
    </message>
    <message>
        <source>more than {0} {1} at once; those beyond are left out</source>
        <translation>同时超过 {0} 个 {1}；超出部分不予处理</translation>
    </message>
    <message>
        <source>the run in {0} has no report that can be read</source>
        <translation>{0} 中的重建没有可读取的报告</translation>
    </message>
    <message>
        <source>{0} could not be written</source>
        <translation>无法写入 {0}</translation>
    </message>
    <message>
        <source>is its folder writable?</source>
        <translation>其文件夹可写吗？</translation>
    </message>
    <message>
        <source>the environment of radiance fields could not be made ({0})</source>
        <translation>无法建立辐射场环境（{0}）</translation>
    </message>
    <message>
        <source>look at the network and the free disk space, then run it again</source>
        <translation>请检查网络和磁盘剩余空间，然后重新运行</translation>
    </message>
    <message>
        <source>{0} has {1} GiB free and the environment needs up to {2}</source>
        <translation>{0} 剩余 {1} GiB，而该环境最多需要 {2} GiB</translation>
    </message>
    <message>
        <source>free some space, or name another place in {0}</source>
        <translation>请释放空间，或用 {0} 指定其他位置</translation>
    </message>
    <message>
        <source>the environment for radiance fields is not installed</source>
        <translation>未安装辐射场环境</translation>
    </message>
    <message>
        <source>run {0}</source>
        <translation>请运行 {0}</translation>
    </message>
    <message>
        <source>{0} photographs look at the scene and a field needs {1}</source>
        <translation>只有 {0} 张照片看到场景，而辐射场需要 {1} 张</translation>
    </message>
    <message>
        <source>leave the field out</source>
        <translation>请不用辐射场</translation>
    </message>
    <message>
        <source>the radiance field did not find the surface; all heights are of stereo</source>
        <translation>辐射场没有找到表面；所有高程均来自立体匹配</translation>
    </message>
    <message>
        <source>the description of {0} is too large</source>
        <translation>{0} 的描述文件过大</translation>
    </message>
    <message>
        <source>{0} is the name of several properties: say which of {1}</source>
        <translation>{0} 是多个属性的名称，请指明其中之一：{1}</translation>
    </message>
    <message>
        <source>looks like easting and northing: write grid after the place, or local</source>
        <translation>看起来是东坐标和北坐标：请在位置之后写 grid，或写 local 表示局部坐标</translation>
    </message>
    <message>
        <source>looks like degrees: write degrees after the place, or local</source>
        <translation>看起来是经纬度：请在位置之后写 degrees，或写 local 表示局部坐标</translation>
    </message>
    <message>
        <source>several entities are called {0}: say which by id, {1}</source>
        <translation>名为 {0} 的实体不止一个，请用标识符指明：{1}</translation>
    </message>
    <message>
        <source>no entity with the id, code or name {0}</source>
        <translation>没有标识符、编码或名称为 {0} 的实体</translation>
    </message>
    <message>
        <source>has no .json or .dtdl file below it</source>
        <translation>其下没有 .json 或 .dtdl 文件</translation>
    </message>
    <message>
        <source>more than {0} files</source>
        <translation>文件超过 {0} 个</translation>
    </message>
    <message>
        <source>pitch and roll are finite, in degrees</source>
        <translation>俯仰角和横滚角须为有限的度数</translation>
    </message>
    <message>
        <source>a list has {0} values at most</source>
        <translation>列表最多 {0} 个值</translation>
    </message>
    <message>
        <source>{0} needs {1} of them; lead one elsewhere, or remove {2} too</source>
        <translation>{0} 至少需要 {1} 个这类关系；请将其改连到别处，或将 {2} 一并移除</translation>
    </message>
    <message>
        <source>{0} may have {1} of them at most, and has: {2}; remove one first</source>
        <translation>{0} 最多可有 {1} 个这类关系，已有：{2}；请先移除一个</translation>
    </message>
    <message>
        <source>{0} may be reached by {1} at most, and is by: {2}; remove one first</source>
        <translation>最多可有 {1} 个这类关系指向 {0}，已有：{2}；请先移除一个</translation>
    </message>
    <message>
        <source>{0}: cannot be read ({1})</source>
        <translation>{0}：无法读取（{1}）</translation>
    </message>
    <message>
        <source>ends before it begins</source>
        <translation>结束早于开始</translation>
    </message>
    <message>
        <source>it was there before, until {0}</source>
        <translation>此前已存在过，至 {0} 为止</translation>
    </message>
    <message>
        <source>knows no entity {0}, whose {1} the scenario sets</source>
        <translation>没有实体 {0}，而方案设定了它的 {1}</translation>
    </message>
    <message>
        <source>choose an entity that is part of this engine&apos;s network</source>
        <translation>请选择属于该仿真引擎网络的实体</translation>
    </message>
    <message>
        <source>{0} takes water, and no pipe ends near it</source>
        <translation>{0} 用水，但附近没有管道端点</translation>
    </message>
    <message>
        <source>raise reach_m, or let a pipe end there</source>
        <translation>请增大 reach_m，或让管道在该处有端点</translation>
    </message>
    <message>
        <source>depths agree in too few places for a mesh; there are points only</source>
        <extracomment>ingest/reconstruction/object_step.py</extracomment>
        <translation>深度一致的地方太少，无法生成网格；只有点云</translation>
    </message>
    <message>
        <source>the depths of {0} photographs do not agree with each other: {1} of {2} pixels are confirmed by a second photograph</source>
        <translation>{0} 张照片的深度互不一致：{2} 个像素中只有 {1} 个得到第二张照片的证实</translation>
    </message>
    <message>
        <source>take them a step to the side of each other, each place in three or more, of things that have texture and do not move</source>
        <translation>请横向移动一步再拍，使每一处至少出现在三张照片中，并拍摄有纹理且不动的物体</translation>
    </message>
    <message>
        <source>the photographs state no positions and there are no control points: the scene stands upright at the project's origin, and its size is that of the given poses, which may not be metres</source>
        <extracomment>ingest/reconstruction/pose_step.py</extracomment>
        <translation>照片没有位置信息，也没有控制点：场景直立放在项目原点处，其大小取自给定的位姿，单位可能不是米</translation>
    </message>
    <message>
        <source>the photographs state no positions and there are no control points: the scene stands upright at the project's origin, and its size is not known</source>
        <translation>照片没有位置信息，也没有控制点：场景直立放在项目原点处，其实际大小未知</translation>
    </message>
    <message>
        <source>a radiance field is trained of photographs from above only, so far</source>
        <extracomment>ingest/reconstruction/run.py</extracomment>
        <translation>目前只能用从空中拍摄的照片训练辐射场</translation>
    </message>
    <message>
        <source>reconstruct photographs from the ground without it</source>
        <translation>从地面拍摄的照片请不训练辐射场直接重建</translation>
    </message>
    <message>
        <source>the project's heights are above an unknown datum, and so not known above {0}</source>
        <extracomment>twin_model/heights.py</extracomment>
        <translation>项目的高程基准未知，因此无法得知相对 {0} 的高程</translation>
    </message>
    <message>
        <source>state the vertical datum of the project</source>
        <translation>请说明项目的高程基准</translation>
    </message>
    <message>
        <source>there is no terrain below {0}, whose height is above the ground</source>
        <translation>{0} 的高程相对地面，但其下方没有地形</translation>
    </message>
    <message>
        <source>import terrain that reaches there, or state its height above something else</source>
        <translation>请导入覆盖该处的地形，或改用其他高程基准</translation>
    </message>
    <message>
        <source>heights cannot be converted: {0}</source>
        <translation>高程无法转换：{0}</translation>
    </message>
    <message>
        <source>{0} is not defined at every one of these places</source>
        <translation>{0} 在其中某些位置没有定义</translation>
    </message>
    <message>
        <source>heights above {0} cannot be converted: {1}</source>
        <translation>相对 {0} 的高程无法转换：{1}</translation>
    </message>
    <message>
        <source>converting heights above {0} needs a geoid grid that is not installed</source>
        <translation>转换相对 {0} 的高程需要大地水准面格网，但尚未安装</translation>
    </message>
    <message>
        <source>put {0} into {1}</source>
        <translation>请将 {0} 放入 {1}</translation>
    </message>
    <message>
        <source>PROJ knows no transformation of heights above {0}</source>
        <translation>PROJ 没有相对 {0} 的高程的转换方法</translation>
    </message>
    <message>
        <source>{0} is no vertical CRS</source>
        <translation>{0} 不是高程参考系</translation>
    </message>
    <message>
        <source>is ground, ellipsoid, unknown or a vertical CRS such as EPSG:5773, which PROJ knows</source>
        <translation>应为 ground、ellipsoid、unknown，或 PROJ 认识的高程参考系，例如 EPSG:5773</translation>
    </message>
    <message>
        <source>{0} does not count metres upwards</source>
        <translation>{0} 不是以米向上计量</translation>
    </message>
    <message>
        <source>does not go on as it was: {0} is {1} at {2}, and was {3} in the run {4}</source>
        <translation>不能照原样继续：{2} 时 {0} 为 {1}，而在推演 {4} 中为 {3}</translation>
    </message>
    <message>
        <source>run the scenario from its beginning</source>
        <translation>请从头推演该方案</translation>
    </message>
    <message>
        <source>scenario {0} goes on from the run {1}, which is not there</source>
        <translation>方案 {0} 要接着推演 {1} 继续，但该推演不存在</translation>
    </message>
    <message>
        <source>choose another run, or run the scenario from its beginning</source>
        <translation>请另选一次推演，或从头推演该方案</translation>
    </message>
    <message>
        <source>the twin was changed since the run it goes on from (revision {0}, now {1}); engines begin with it as it is</source>
        <translation>所接续的推演之后孪生体有改动（当时为版本 {0}，现为 {1}）；引擎以现状为准</translation>
    </message>
    <message>
        <source>the run {0} keeps no checkpoint at {1} s</source>
        <translation>推演 {0} 在 {1} s 处没有检查点</translation>
    </message>
    <message>
        <source>the run {0} keeps no checkpoint</source>
        <translation>推演 {0} 没有检查点</translation>
    </message>
    <message>
        <source>it keeps those at {0}</source>
        <translation>现有检查点：{0}</translation>
    </message>
    <message>
        <source>run its scenario with checkpoint_s, or keep one while it is computed</source>
        <translation>请为其方案设定 checkpoint_s 后推演，或在计算过程中保存检查点</translation>
    </message>
    <message>
        <source>scenario {0} goes on from a run whose {1} was another: {2}, not {3}</source>
        <translation>方案 {0} 所接续的推演中 {1} 不同：当时为 {2}，而非 {3}</translation>
    </message>
    <message>
        <source>give it the same, or run the scenario from its beginning</source>
        <translation>请改为相同的值，或从头推演该方案</translation>
    </message>
    <message>
        <source>scenario {0} ends after {1} s, and goes on from {2} s</source>
        <translation>方案 {0} 在 {1} s 结束，却要从 {2} s 继续</translation>
    </message>
    <message>
        <source>make it last longer</source>
        <translation>请延长其时长</translation>
    </message>
    <message>
        <source>scenario {0} goes on from {1} s: the assumption {2} of {3} = {4} from {5} s on is new</source>
        <translation>方案 {0} 从 {1} s 继续：{3} 的假设 {2} = {4}（自 {5} s 起）是新增的</translation>
    </message>
    <message>
        <source>scenario {0} goes on from {1} s: the assumption {2} of {3} = {4} from {5} s on is missing</source>
        <translation>方案 {0} 从 {1} s 继续：缺少 {3} 的假设 {2} = {4}（自 {5} s 起）</translation>
    </message>
    <message>
        <source>scenario {0} goes on from {1} s: the assumption {2} of {3} = {4} is new</source>
        <translation>方案 {0} 从 {1} s 继续：{3} 的假设 {2} = {4} 是新增的</translation>
    </message>
    <message>
        <source>scenario {0} goes on from {1} s: the assumption {2} of {3} = {4} is missing</source>
        <translation>方案 {0} 从 {1} s 继续：缺少 {3} 的假设 {2} = {4}</translation>
    </message>
    <message>
        <source>what the branch assumes otherwise begins at {0} s or later</source>
        <translation>分支的不同假设须从 {0} s 或更晚开始</translation>
    </message>
    <message>
        <source>the checkpoint {0} cannot be written ({1})</source>
        <translation>无法写入检查点 {0}（{1}）</translation>
    </message>
    <message>
        <source>{0} holds no checkpoint ({1})</source>
        <translation>{0} 中没有检查点（{1}）</translation>
    </message>
    <message>
        <source>no single cell holds these heights</source>
        <extracomment>twin_model/codes/cover.py</extracomment>
        <translation>没有单个网格单元能容纳该高度范围</translation>
    </message>
    <message>
        <source>footprints across 180 degrees of longitude have no cells here</source>
        <extracomment>twin_model/codes/cover.py</extracomment>
        <translation>不支持跨越 180 度经线的轮廓</translation>
    </message>
    <message>
        <source>lies where the project's coordinate system does not reach</source>
        <extracomment>twin_model/space_codes.py</extracomment>
        <translation>位于项目坐标系范围之外</translation>
    </message>
    <message>
        <source>it has heights, and {0}</source>
        <extracomment>twin_model/store/cells.py</extracomment>
        <translation>该单元带有高度，而{0}</translation>
    </message>
    <message>
        <source>it has no place</source>
        <extracomment>twin_model/space_codes.py</extracomment>
        <translation>它没有位置</translation>
    </message>
    <message>
        <source>it has no height</source>
        <extracomment>twin_model/space_codes.py</extracomment>
        <translation>它没有高度</translation>
    </message>
    <message>
        <source>its height is above an unknown datum</source>
        <extracomment>twin_model/space_codes.py</extracomment>
        <translation>其高程的基准未知</translation>
    </message>
    <message>
        <source>lines of a run ({0}) cannot be read: {1}</source>
        <translation>推演的道路与管道（{0}）无法读取：{1}</translation>
    </message>
    <message>
        <source>lines of a run ({0}) are larger than {1} MiB</source>
        <translation>推演的道路与管道（{0}）大于 {1} MiB</translation>
    </message>
    <message>
        <source>lies in the future; what is planned cannot be entered as a value yet</source>
        <translation>在将来；计划中的值尚不能这样输入</translation>
    </message>
    <message>
        <source>{0} is there only since {1}</source>
        <translation>{0} 自 {1} 才存在</translation>
    </message>
    <message>
        <source>{0} lies at {1} m and {2} at {3} m: these are two storeys</source>
        <translation>{0} 位于 {1} m，而 {2} 位于 {3} m：属于两个楼层</translation>
    </message>
    <message>
        <source>give each storey an engine of its own, and couple passed and arriving</source>
        <translation>请为每个楼层设一个引擎，并以 passed 与 arriving 耦合</translation>
    </message>
    <message>
        <source>the outlines of its building model have not been read yet</source>
        <extracomment>twin_model/space_codes.py</extracomment>
        <translation>尚未读取其建筑模型的轮廓</translation>
    </message>
    <message>
        <source>compute spatial relations once</source>
        <extracomment>twin_model/space_codes.py</extracomment>
        <translation>请计算一次空间关系</translation>
    </message>
    <message>
        <source>at least {0} of them are needed</source>
        <translation>至少需要 {0} 个</translation>
    </message>
    <message>
        <source>exactly {0} of them are needed</source>
        <translation>应恰好有 {0} 个</translation>
    </message>
    <message>
        <source>at most {0} of them are allowed</source>
        <translation>最多允许 {0} 个</translation>
    </message>
    <message>
        <source>{0} to {1} of them are needed</source>
        <translation>应有 {0} 至 {1} 个</translation>
    </message>
    <message>
        <source>the scene is bent: neighbouring photographs lie up to {0} m alike from where they were taken, over {1} m</source>
        <translation>场景发生弯曲：相邻照片一致偏离拍摄位置最多 {0} m，范围 {1} m</translation>
    </message>
    <message>
        <source>the scene hangs together by {0} tie points only between {1} and {2}: more photographs there hold it better</source>
        <translation>场景在 {1} 与 {2} 之间仅由 {0} 个连接点相连：在该处补拍照片可使其更稳固</translation>
    </message>
    <message>
        <source>with the given poses only {0} points of the photographs agree</source>
        <translation>按给定位姿，照片中只有 {0} 个点相符</translation>
    </message>
    <message>
        <source>check that the poses are of these photographs and their lens is right</source>
        <translation>请核对位姿是否属于这些照片、镜头参数是否正确</translation>
    </message>
    <message>
        <source>no sound can be played ({0})</source>
        <translation>无法播放声音（{0}）</translation>
    </message>
    <message>
        <source>no sound can be played: there is no pw-play, paplay or aplay</source>
        <translation>无法播放声音：没有 pw-play、paplay 或 aplay</translation>
    </message>
    <message>
        <source>install one</source>
        <translation>请安装其中之一</translation>
    </message>
    <message>
        <source>no sound can be played ({0}: {1})</source>
        <translation>无法播放声音（{0}：{1}）</translation>
    </message>
    <message>
        <source>no sound can be played ({0}: failed)</source>
        <translation>无法播放声音（{0} 失败）</translation>
    </message>
    <message>
        <source>layer {0} is {1}: a model looks at imagery</source>
        <translation>图层“{0}”的类型为 {1}：模型只能识别影像</translation>
    </message>
    <message>
        <source>choose an orthophoto (shapan layers lists them)</source>
        <translation>请选择正射影像图层（shapan layers 可列出图层）</translation>
    </message>
    <message>
        <source>has {0} x {1} pixels of {2} m; {3} are the most at once</source>
        <translation>按 {2} 米像元有 {0} x {1} 个像素；一次最多 {3} 个</translation>
    </message>
    <message>
        <source>use a model for coarser pixels (input.gsd_m)</source>
        <translation>请使用像元更大的模型（input.gsd_m）</translation>
    </message>
    <message>
        <source>has {0} bands; red, green and blue are needed</source>
        <translation>只有 {0} 个波段；需要红、绿、蓝三个波段</translation>
    </message>
    <message>
        <source>{0} found nothing in {1}</source>
        <translation>{0} 在 {1} 中没有找到任何对象</translation>
    </message>
    <message>
        <source>is too large to describe a model</source>
        <translation>过大，不是模型说明文件</translation>
    </message>
    <message>
        <source>docs/reconstruction.md describes what the JSON beside a model says</source>
        <translation>模型旁的 JSON 应写什么，见 docs/reconstruction.md</translation>
    </message>
    <message>
        <source>is missing: nothing says what the classes of {0} are</source>
        <translation>不存在：没有说明 {0} 的类别是什么</translation>
    </message>
    <message>
        <source>does not describe a model ({0})</source>
        <translation>不是有效的模型说明（{0}）</translation>
    </message>
    <message>
        <source>has {0} inputs; one picture is what it gets</source>
        <translation>有 {0} 个输入；只能给它一幅影像</translation>
    </message>
    <message>
        <source>takes {0}, not 32-bit floats</source>
        <translation>输入类型为 {0}，不是 32 位浮点数</translation>
    </message>
    <message>
        <source>takes an input of shape {0}, its JSON gives {1}</source>
        <translation>要求的输入形状为 {0}，JSON 给出的是 {1}</translation>
    </message>
    <message>
        <source>set input.layout and input.size_px in the JSON to what the model takes</source>
        <translation>请把 JSON 中的 input.layout 和 input.size_px 改为模型要求的值</translation>
    </message>
    <message>
        <source>failed on a tile ({0})</source>
        <translation>处理某一图块时失败（{0}）</translation>
    </message>
    <message>
        <source>gives an output of shape {0}; its JSON needs a map of {1} x {2} pixels with a channel for each of its classes, 0 to {3}</source>
        <translation>输出的形状为 {0}；按 JSON 应为 {1} x {2} 像素、每个类别一个通道（0 至 {3}）的图</translation>
    </message>
    <message>
        <source>has {0} MiB, of which at most {1} can be used here, and three times as much must be free ({2} MiB are)</source>
        <translation>大小为 {0} MiB；此处最多可用 {1} MiB 的模型，且需有三倍于它的空闲内存（现有 {2} MiB）</translation>
    </message>
    <message>
        <source>use a smaller or quantised model</source>
        <translation>请使用更小的或量化后的模型</translation>
    </message>
    <message>
        <source>is no ONNX model that can be run here ({0})</source>
        <translation>不是此处能运行的 ONNX 模型（{0}）</translation>
    </message>
    <message>
        <source>export it as one .onnx file with standard operators only</source>
        <translation>请导出为单个 .onnx 文件，且只用标准算子</translation>
    </message>
    <message>
        <source>correct the scenario</source>
        <translation>请更正方案</translation>
    </message>
    <message>
        <source>set stairs, each with its path</source>
        <translation>请设置 stairs，并给出每部楼梯的路径</translation>
    </message>
    <message>
        <source>nothing that was chosen has rooms</source>
        <translation>所选内容中没有房间</translation>
    </message>
    <message>
        <source>choose a building model, storeys or rooms of it</source>
        <translation>请选择建筑模型、其楼层或房间</translation>
    </message>
    <message>
        <source>no door leads out of the rooms that were chosen</source>
        <translation>所选房间没有通往室外的门</translation>
    </message>
    <message>
        <source>choose exits: doors, or outlines that are drawn</source>
        <translation>请选择出口：门，或绘制的轮廓</translation>
    </message>
    <message>
        <source>{0} is no way out of the rooms that were chosen</source>
        <translation>{0} 不是所选房间的出口</translation>
    </message>
    <message>
        <source>choose doors of these rooms, or outlines that overlap them</source>
        <translation>请选择这些房间的门，或与之重叠的轮廓</translation>
    </message>
    <message>
        <source>the template {0} needs {1}: the ways out</source>
        <translation>模板 {0} 需要 {1}：出口</translation>
    </message>
    <message>
        <source>held: there is no exit {0}</source>
        <translation>held：没有出口 {0}</translation>
    </message>
    <message>
        <source>the parameter stairs is missing</source>
        <translation>缺少参数 stairs</translation>
    </message>
    <message>
        <source>the stairs {0} are none that people walk on (width {1} m, riser {2} m, tread {3} m, way {4} m)</source>
        <translation>楼梯 {0} 无法供人行走（宽 {1} m，踏步高 {2} m，踏步深 {3} m，长 {4} m）</translation>
    </message>
    <message>
        <source>the stairs {0} cannot be read ({1})</source>
        <translation>无法读取楼梯 {0}（{1}）</translation>
    </message>
    <message>
        <source>give a geoid grid in GTX or GeoTIFF</source>
        <translation>请给出 GTX 或 GeoTIFF 格式的大地水准面格网</translation>
    </message>
    <message>
        <source>is no geoid grid that PROJ reads ({0})</source>
        <translation>不是 PROJ 能读取的大地水准面格网（{0}）</translation>
    </message>
    <message>
        <source>does not reach where the photographs were taken</source>
        <translation>未覆盖照片的拍摄地点</translation>
    </message>
    <message>
        <source>give a geoid grid of that place</source>
        <translation>请给出该地的大地水准面格网</translation>
    </message>
    <message>
        <source>is missing</source>
        <translation>不存在</translation>
    </message>
    <message>
        <source>{0} does not state where it is used</source>
        <translation>{0} 没有说明适用范围</translation>
    </message>
    <message>
        <source>make the project with shapan new --origin E,N,H</source>
        <translation>请用 shapan new --origin E,N,H 新建项目</translation>
    </message>
    <message>
        <source>give control points, or make the project with shapan new --origin E,N,H, near the place</source>
        <translation>请提供控制点，或用 shapan new --origin E,N,H 在该地附近新建项目</translation>
    </message>
    <message>
        <source>the process that did the work was ended from outside (signal 9), as systems do that run out of memory</source>
        <translation>工作进程被外部终止（信号 9），系统内存不足时会这样</translation>
    </message>
    <message>
        <source>close other programs, or use smaller photos or --quality draft; see {0}</source>
        <translation>请关闭其他程序，或改用较小的照片或 --quality draft；详见 {0}</translation>
    </message>
    <message>
        <source>the process that did the work was ended by signal {0}</source>
        <translation>工作进程被信号 {0} 终止</translation>
    </message>
    <message>
        <source>the process that did the work ended with exit code {0}</source>
        <translation>工作进程异常退出，退出码 {0}</translation>
    </message>
    <message>
        <source>see {0}</source>
        <translation>详见 {0}</translation>
    </message>
    <message>
        <source>make a project of their own for them, in {0}, or choose other photographs</source>
        <translation>请用 {0} 为它们另建项目，或另选照片</translation>
    </message>
    <message>
        <source>the photographs were taken {0} km from the place of the project</source>
        <translation>照片拍摄地距项目所在地 {0} 公里</translation>
    </message>
    <message>
        <source>make a project of their own for them, or choose other photographs</source>
        <translation>请为它们另建项目，或另选照片</translation>
    </message>
    <message>
        <source>the photographs were taken at latitude {0}°, longitude {1}°, and the project's {2} is made for latitudes {3}° to {4}° and longitudes {5}° to {6}°</source>
        <translation>照片拍摄于纬度 {0}°、经度 {1}°，而项目的 {2} 适用于纬度 {3}° 至 {4}°、经度 {5}° 至 {6}°</translation>
    </message>
    <message>
        <source>the photographs were taken at latitude {0}°, longitude {1}°, and the project's {2} is made for latitudes {3}° to {4}° and longitudes {5}° to {6}°: lengths would be wrong by {7} %</source>
        <translation>照片拍摄于纬度 {0}°、经度 {1}°，而项目的 {2} 适用于纬度 {3}° 至 {4}°、经度 {5}° 至 {6}°：在那里长度会差 {7} %</translation>
    </message>
    <message>
        <source>the history was closed meanwhile</source>
        <translation>历史数据在此期间已关闭</translation>
    </message>
    <message>
        <source>who touches nothing is signed out after 1 to {0} minutes, or never</source>
        <translation>无操作自动退出登录的时间为 1 至 {0} 分钟，或从不</translation>
    </message>
    <message>
        <source>{0} is signed in as {1} and may not silence alarms</source>
        <translation>{0} 以{1}身份登录，无权静音告警声</translation>
    </message>
    <message>
        <source>a parenthesis is not closed</source>
        <translation>括号没有闭合</translation>
    </message>
    <message>
        <source>a word has no closing quote</source>
        <translation>文字缺少右引号</translation>
    </message>
    <message>
        <source>something is missing at the end</source>
        <translation>末尾不完整</translation>
    </message>
    <message>
        <source>cannot be understood after {0}</source>
        <translation>{0} 之后的内容无法理解</translation>
    </message>
    <message>
        <source>cannot be understood</source>
        <translation>无法理解</translation>
    </message>
    <message>
        <source>where people walk ({0}) cannot be read: {1}</source>
        <translation>无法读取行走区域（{0}）：{1}</translation>
    </message>
    <message>
        <source>{0} is larger than {1} MiB</source>
        <translation>{0} 超过 {1} MiB</translation>
    </message>
    <message>
        <source>{0} cannot be copied into the project ({1})</source>
        <translation>无法将 {0} 复制到项目中（{1}）</translation>
    </message>
    <message>
        <source>the unit of {0} is {1} and cannot be {2} ({3})</source>
        <translation>{0} 的单位是 {1}，不能作为 {2}（{3}）</translation>
    </message>
    <message>
        <source>{0} is {1} in {2}, another variable in {3}</source>
        <translation>{0} 作为 {1} 的单位是 {2}，另一变量则为 {3}</translation>
    </message>
    <message>
        <source>give both the same unit</source>
        <translation>请为两者指定相同的单位</translation>
    </message>
    <message>
        <source>correct it among the variables of the unit</source>
        <translation>请在单元变量中更正</translation>
    </message>
    <message>
        <source>another variable that is {0} is in {1}</source>
        <translation>另一个映射为 {0} 的变量单位是 {1}</translation>
    </message>
    <message>
        <source>the run {0} is not followed any more</source>
        <translation>已不再跟踪运行 {0}</translation>
    </message>
    <message>
        <source>the disk is full ({0})</source>
        <translation>磁盘已满（{0}）</translation>
    </message>
    <message>
        <source>the unit of {0}, {1}, is not known, and the description does not define it</source>
        <translation>{0} 的单位 {1} 未知，且模型描述中没有定义它</translation>
    </message>
    <message>
        <source>give its unit among the variables of the unit</source>
        <translation>请在单元变量中给出其单位</translation>
    </message>
    <message>
        <source>people walk in other places in both runs</source>
        <translation>两次运行中人员行走的位置不同</translation>
    </message>
    <message>
        <source>use the same rooms in both scenarios</source>
        <translation>请在两个情景中使用相同的房间</translation>
    </message>
    <message>
        <source>the disk is full ({0}): {1} could not be written</source>
        <translation>磁盘已满（{0}）：无法写入 {1}</translation>
    </message>
    <message>
        <source>the disk is full ({0}): {1} could not be written, what is left needs about {2} MiB and {3} MiB are free</source>
        <translation>磁盘已满（{0}）：无法写入 {1}，余下步骤约需 {2} MiB，现有空闲 {3} MiB</translation>
    </message>
    <message>
        <source>free some space and try again</source>
        <translation>请腾出空间后重试</translation>
    </message>
    <message>
        <source>choose a pump, a valve or a pipe</source>
        <translation>请选择水泵、阀门或管道</translation>
    </message>
    <message>
        <source>choose a junction of the network</source>
        <translation>请选择管网中的节点</translation>
    </message>
    <message>
        <source>{0} is a node of the network, which is neither open nor shut</source>
        <translation>{0} 是管网中的节点，没有开启或关闭之分</translation>
    </message>
    <message>
        <source>{0} is a pipe, pump or valve, which takes no water itself</source>
        <translation>{0} 是管道、水泵或阀门，本身不用水</translation>
    </message>
    <message>
        <source>the traffic light {0} has no program {1}</source>
        <translation>信号灯 {0} 没有配时方案 {1}</translation>
    </message>
    <message>
        <source>choose one of: {0}, or -1 for off</source>
        <translation>请选择：{0}；-1 表示停用</translation>
    </message>
    <message>
        <source>{0} is no signal program</source>
        <translation>{0} 不是信号配时方案</translation>
    </message>
    <message>
        <source>give the number of one, or off</source>
        <translation>请填写方案编号，或 off</translation>
    </message>
    <message>
        <source>its points lie nowhere near the photographs because east and north are swapped</source>
        <translation>其控制点与照片位置相去甚远，因为东、北坐标互换了</translation>
    </message>
    <message>
        <source>its points lie nowhere near the photographs when read as {0}, but as {1} they fit</source>
        <translation>按 {0} 读取时其控制点与照片位置相去甚远，按 {1} 读取则相符</translation>
    </message>
    <message>
        <source>its points lie nowhere near the photographs when read as {0}, but as {1} with east and north swapped they fit</source>
        <translation>按 {0} 读取时其控制点与照片位置相去甚远，按 {1} 读取并互换东、北坐标则相符</translation>
    </message>
    <message>
        <source>its points lie {0} km from the photographs because east and north are swapped</source>
        <translation>其控制点距照片 {0} km，因为东、北坐标互换了</translation>
    </message>
    <message>
        <source>its points lie {0} km from the photographs when read as {1}, but as {2} they fit</source>
        <translation>按 {1} 读取时其控制点距照片 {0} km，按 {2} 读取则相符</translation>
    </message>
    <message>
        <source>its points lie {0} km from the photographs when read as {1}, but as {2} with east and north swapped they fit</source>
        <translation>按 {1} 读取时其控制点距照片 {0} km，按 {2} 读取并互换东、北坐标则相符</translation>
    </message>
    <message>
        <source>its points lie {0} m from the photographs because east and north are swapped</source>
        <translation>其控制点距照片 {0} m，因为东、北坐标互换了</translation>
    </message>
    <message>
        <source>its points lie {0} m from the photographs when read as {1}, but as {2} they fit</source>
        <translation>按 {1} 读取时其控制点距照片 {0} m，按 {2} 读取则相符</translation>
    </message>
    <message>
        <source>its points lie {0} m from the photographs when read as {1}, but as {2} with east and north swapped they fit</source>
        <translation>按 {1} 读取时其控制点距照片 {0} m，按 {2} 读取并互换东、北坐标则相符</translation>
    </message>
    <message>
        <source>only {0} of {1} photographs can be used ({2})</source>
        <translation>{1} 张照片中只有 {0} 张可用（{2}）</translation>
    </message>
    <message>
        <source>only {0} of {1} photographs can be used</source>
        <translation>{1} 张照片中只有 {0} 张可用</translation>
    </message>
    <message>
        <source>is very dark (mean {0})</source>
        <translation>画面很暗（平均亮度 {0}）</translation>
    </message>
    <message>
        <source>is overexposed (mean {0})</source>
        <translation>曝光过度（平均亮度 {0}）</translation>
    </message>
    <message>
        <source>{0} of it are pure black or white</source>
        <translation>{0} 的像素为纯黑或纯白</translation>
    </message>
    <message>
        <source>is turned upright as its EXIF says</source>
        <translation>已按 EXIF 方向转正</translation>
    </message>
    <message>
        <source>is softer than the others ({0})</source>
        <translation>不如其他照片清晰（{0}）</translation>
    </message>
    <message>
        <source>states no position: it is placed by what it shows</source>
        <translation>未注明位置：将按画面内容定位</translation>
    </message>
    <message>
        <source>is of another camera or size than most</source>
        <translation>相机或尺寸与多数照片不同</translation>
    </message>
    <message>
        <source>does not state its camera, so its lens has to be found</source>
        <translation>未注明相机，镜头参数须另行求解</translation>
    </message>
    <message>
        <source>overlaps hardly with any other</source>
        <translation>与其他照片几乎没有重叠</translation>
    </message>
    <message>
        <source>is damaged: the file ends before the picture does</source>
        <translation>已损坏：文件在图像结束之前中断</translation>
    </message>
</context>
<context>
    <name>System</name>
    <comment>What the operating system says about files.</comment>
    <message>
        <source>[Errno {0}] {1}: {2}</source>
        <translation>{1}：{2}（错误号 {0}）</translation>
    </message>
    <message>
        <source>[Errno {0}] {1}</source>
        <translation>{1}（错误号 {0}）</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>没有这样的文件或文件夹</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>Operation not permitted</source>
        <translation>不允许该操作</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>磁盘空间已满</translation>
    </message>
    <message>
        <source>Disk quota exceeded</source>
        <translation>超出磁盘配额</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>是文件夹</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>不是文件夹</translation>
    </message>
    <message>
        <source>File exists</source>
        <translation>文件已存在</translation>
    </message>
    <message>
        <source>Directory not empty</source>
        <translation>文件夹不为空</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>文件系统只读</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>打开的文件过多</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>文件名过长</translation>
    </message>
    <message>
        <source>File too large</source>
        <translation>文件过大</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>读写错误</translation>
    </message>
    <message>
        <source>Device or resource busy</source>
        <translation>设备或资源正忙</translation>
    </message>
    <message>
        <source>Cannot allocate memory</source>
        <translation>内存不足</translation>
    </message>
    <message>
        <source>Stale file handle</source>
        <translation>网络文件已失效</translation>
    </message>
    <message>
        <source>Too many levels of symbolic links</source>
        <translation>符号链接层数过多</translation>
    </message>
    <message>
        <source>Connection timed out</source>
        <translation>连接超时</translation>
    </message>
    <message>
        <source>Invalid argument</source>
        <translation>参数无效</translation>
    </message>
</context>
<context>
    <name>Dimension</name>
    <comment>Where a value belongs that breaks a rule.</comment>
    <message>
        <source>attributes</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>camera</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>codes</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>dtdl</source>
        <translation>DTDL</translation>
    </message>
    <message>
        <source>geometry</source>
        <translation>几何</translation>
    </message>
    <message>
        <source>history</source>
        <translation>历史数据</translation>
    </message>
    <message>
        <source>query</source>
        <translation>查询</translation>
    </message>
    <message>
        <source>relations</source>
        <translation>关系</translation>
    </message>
    <message>
        <source>replay</source>
        <translation>回放</translation>
    </message>
    <message>
        <source>rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>samples</source>
        <translation>采样</translation>
    </message>
    <message>
        <source>schema</source>
        <translation>类型目录</translation>
    </message>
    <message>
        <source>tile</source>
        <translation>瓦片</translation>
    </message>
    <message>
        <source>time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>topology</source>
        <translation>拓扑</translation>
    </message>
    <message>
        <source>type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>set</source>
        <translation>集合</translation>
    </message>
    <message>
        <source>heading_deg</source>
        <translation>方位角</translation>
    </message>
    <message>
        <source>position</source>
        <translation>位置</translation>
    </message>
</context>
<context>
    <name>Word</name>
    <comment>States of alarms and roles, where they stand in a message.</comment>
    <message>
        <source>out-of-service</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>suppressed</source>
        <translation>已抑制</translation>
    </message>
    <message>
        <source>shelved</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>unacknowledged</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>acknowledged</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>latched</source>
        <translation>已锁存</translation>
    </message>
    <message>
        <source>returned</source>
        <translation>已恢复，未确认</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>observer</source>
        <translation>观察员</translation>
    </message>
    <message>
        <source>operator</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>engineer</source>
        <translation>工程师</translation>
    </message>
    <message>
        <source>administrator</source>
        <translation>管理员</translation>
    </message>
</context>
<context>
    <name>Stage</name>
    <comment>What a job does now; a name may follow.</comment>
    <message>
        <source>Recognise</source>
        <translation>识别</translation>
    </message>
    <message>
        <source>Checksum</source>
        <translation>校验</translation>
    </message>
    <message>
        <source>reading points</source>
        <translation>读取点</translation>
    </message>
    <message>
        <source>Reading {0}</source>
        <translation>读取 {0}</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>解码</translation>
    </message>
    <message>
        <source>building shapes</source>
        <translation>生成形体</translation>
    </message>
    <message>
        <source>reading properties</source>
        <translation>读取属性</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>looking at points</source>
        <translation>查看点数据</translation>
    </message>
    <message>
        <source>Reading lines</source>
        <translation>读取文本行</translation>
    </message>
    <message>
        <source>Counting tiles</source>
        <translation>统计瓦片</translation>
    </message>
    <message>
        <source>Reading tiles</source>
        <translation>读取瓦片</translation>
    </message>
    <message>
        <source>Sampling tiles</source>
        <translation>采样瓦片</translation>
    </message>
    <message>
        <source>Reading OpenStreetMap</source>
        <translation>读取 OpenStreetMap</translation>
    </message>
    <message>
        <source>Counting</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>unpacking</source>
        <translation>解压</translation>
    </message>
    <message>
        <source>reading triangles</source>
        <translation>读取三角形</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Sampling colours</source>
        <translation>采样颜色</translation>
    </message>
    <message>
        <source>Writing tiles</source>
        <translation>写入瓦片</translation>
    </message>
    <message>
        <source>Reading meshes</source>
        <translation>读取网格</translation>
    </message>
    <message>
        <source>placing points</source>
        <translation>放置点</translation>
    </message>
    <message>
        <source>sorting points</source>
        <translation>整理点</translation>
    </message>
    <message>
        <source>writing tiles</source>
        <translation>写入瓦片</translation>
    </message>
    <message>
        <source>Converting heights</source>
        <translation>转换高程</translation>
    </message>
    <message>
        <source>Converting imagery</source>
        <translation>转换影像</translation>
    </message>
    <message>
        <source>Building overviews</source>
        <translation>建立概览</translation>
    </message>
    <message>
        <source>Placing {0}</source>
        <translation>放置 {0}</translation>
    </message>
    <message>
        <source>Raising {0}</source>
        <translation>拉伸 {0}</translation>
    </message>
    <message>
        <source>environment</source>
        <translation>运行环境</translation>
    </message>
    <message>
        <source>package</source>
        <translation>安装包</translation>
    </message>
    <message>
        <source>Assigning values</source>
        <translation>正在赋值</translation>
    </message>
    <message>
        <source>Writing entities</source>
        <translation>正在写入实体</translation>
    </message>
    <message>
        <source>Buildings</source>
        <translation>建筑物</translation>
    </message>
    <message>
        <source>Filtering the ground</source>
        <translation>地面滤波</translation>
    </message>
    <message>
        <source>Reading points</source>
        <translation>读取点云</translation>
    </message>
    <message>
        <source>Roofs</source>
        <translation>屋顶</translation>
    </message>
    <message>
        <source>Trees</source>
        <translation>树木</translation>
    </message>
    <message>
        <source>Adding layers</source>
        <translation>添加图层</translation>
    </message>
    <message>
        <source>Texturing walls</source>
        <translation>墙面纹理映射</translation>
    </message>
    <message>
        <source>True orthophoto</source>
        <translation>真正射影像</translation>
    </message>
    <message>
        <source>Looking at photographs</source>
        <translation>检查照片</translation>
    </message>
    <message>
        <source>Preparing photographs</source>
        <translation>准备照片</translation>
    </message>
    <message>
        <source>Writing points</source>
        <translation>写出点云</translation>
    </message>
    <message>
        <source>Matching pairs densely</source>
        <translation>密集匹配像对</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>Bundle adjustment</source>
        <translation>光束法平差</translation>
    </message>
    <message>
        <source>Finding poses</source>
        <translation>求解位姿</translation>
    </message>
    <message>
        <source>Fusing the surface</source>
        <translation>融合表面</translation>
    </message>
    <message>
        <source>Comparing with the reference</source>
        <translation>正在与对比数据比较</translation>
    </message>
    <message>
        <source>Making thumbnails</source>
        <translation>正在生成缩略图</translation>
    </message>
    <message>
        <source>Printing the report</source>
        <translation>正在打印报告</translation>
    </message>
    <message>
        <source>Preparing the field</source>
        <translation>准备辐射场</translation>
    </message>
    <message>
        <source>Trying the environment</source>
        <translation>测试环境</translation>
    </message>
    <message>
        <source>Training the field ({0} min left)</source>
        <translation>训练辐射场（剩余 {0} 分钟）</translation>
    </message>
    <message>
        <source>Measuring held-out photographs</source>
        <translation>用留出照片评估</translation>
    </message>
    <message>
        <source>Looking down on the field</source>
        <translation>俯视辐射场</translation>
    </message>
    <message>
        <source>Making the environment</source>
        <translation>建立环境</translation>
    </message>
    <message>
        <source>Installing torch</source>
        <translation>安装 torch</translation>
    </message>
    <message>
        <source>Installing nerfstudio</source>
        <translation>安装 nerfstudio</translation>
    </message>
    <message>
        <source>Checking entities</source>
        <translation>正在检查实体</translation>
    </message>
    <message>
        <source>Comparing shapes</source>
        <translation>正在比较形状</translation>
    </message>
    <message>
        <source>Sweeping depths</source>
        <translation>扫描深度</translation>
    </message>
    <message>
        <source>Comparing depths</source>
        <translation>比对深度</translation>
    </message>
    <message>
        <source>Fusing depth maps</source>
        <translation>融合深度图</translation>
    </message>
    <message>
        <source>Making the mesh</source>
        <translation>生成网格</translation>
    </message>
    <message>
        <source>Texturing the mesh</source>
        <translation>为网格贴图</translation>
    </message>
    <message>
        <source>Matching along epipolar lines</source>
        <translation>沿核线匹配</translation>
    </message>
    <message>
        <source>Sharpening edges</source>
        <translation>锐化边缘</translation>
    </message>
    <message>
        <source>Reading outlines of models</source>
        <translation>正在读取模型轮廓</translation>
    </message>
    <message>
        <source>Finding tie points</source>
        <translation>正在寻找连接点</translation>
    </message>
    <message>
        <source>Looking at tiles</source>
        <translation>逐块识别影像</translation>
    </message>
    <message>
        <source>Outlining</source>
        <translation>勾绘轮廓</translation>
    </message>
    <message>
        <source>Comparing all photographs</source>
        <translation>比较所有照片</translation>
    </message>
    <message>
        <source>Looking for tall things</source>
        <translation>查找高耸物体</translation>
    </message>
    <message>
        <source>Photographs</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Poses</source>
        <translation>位姿</translation>
    </message>
    <message>
        <source>Georeference</source>
        <translation>地理参考</translation>
    </message>
    <message>
        <source>Dense matching</source>
        <translation>密集匹配</translation>
    </message>
    <message>
        <source>Radiance field</source>
        <translation>辐射场</translation>
    </message>
    <message>
        <source>Surface</source>
        <translation>表面</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>成果</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>对比</translation>
    </message>
</context>
<context>
    <name>Edit</name>
    <comment>Labels of commands in undo and history.</comment>
    <message>
        <source>Edit {0}: {1}</source>
        <translation>编辑 {0}：{1}</translation>
    </message>
    <message>
        <source>Edit {0} entities: {1}</source>
        <translation>编辑 {0} 个实体：{1}</translation>
    </message>
    <message>
        <source>Rename to {0}</source>
        <translation>重命名为 {0}</translation>
    </message>
    <message>
        <source>Restyle {0}</source>
        <translation>调整样式 {0}</translation>
    </message>
    <message>
        <source>Reorder layers</source>
        <translation>调整图层顺序</translation>
    </message>
    <message>
        <source>Set the project frame</source>
        <translation>设定项目坐标框架</translation>
    </message>
    <message>
        <source>Edit {0}</source>
        <translation>编辑 {0}</translation>
    </message>
    <message>
        <source>Edit nothing</source>
        <translation>编辑（无内容）</translation>
    </message>
    <message>
        <source>Add {0} entities</source>
        <translation>添加 {0} 个实体</translation>
    </message>
    <message>
        <source>Remove {0} entities</source>
        <translation>移除 {0} 个实体</translation>
    </message>
    <message>
        <source>Add {0} relations: {1}</source>
        <translation>添加 {0} 条关系：{1}</translation>
    </message>
    <message>
        <source>Add {0} relations</source>
        <translation>添加 {0} 条关系</translation>
    </message>
    <message>
        <source>Remove a relation</source>
        <translation>移除一条关系</translation>
    </message>
    <message>
        <source>Remove {0} relations</source>
        <translation>移除 {0} 条关系</translation>
    </message>
    <message>
        <source>Edit a relation</source>
        <translation>编辑一条关系</translation>
    </message>
    <message>
        <source>Edit {0} relations</source>
        <translation>编辑 {0} 条关系</translation>
    </message>
    <message>
        <source>Add {0}</source>
        <translation>添加 {0}</translation>
    </message>
    <message>
        <source>Remove {0}</source>
        <translation>移除 {0}</translation>
    </message>
    <message>
        <source>Recompute spatial relations</source>
        <translation>重新计算空间关系</translation>
    </message>
    <message>
        <source>Split {0}</source>
        <translation>拆分 {0}</translation>
    </message>
    <message>
        <source>Merge {0}</source>
        <translation>合并 {0}</translation>
    </message>
    <message>
        <source>Change type {0}</source>
        <translation>修改类型 {0}</translation>
    </message>
    <message>
        <source>Remove type {0}</source>
        <translation>删除类型 {0}</translation>
    </message>
    <message>
        <source>Change {0} types</source>
        <translation>修改 {0} 个类型</translation>
    </message>
    <message>
        <source>Save set {0}</source>
        <translation>保存集合 {0}</translation>
    </message>
    <message>
        <source>Remove set {0}</source>
        <translation>删除集合 {0}</translation>
    </message>
    <message>
        <source>Put into service: {0}</source>
        <translation>投入使用：{0}</translation>
    </message>
    <message>
        <source>Set division {0}</source>
        <extracomment>twin_model/division.py</extracomment>
        <translation>设置行政区划 {0}</translation>
    </message>
    <message>
        <source>Accept {0}</source>
        <translation>接受 {0}</translation>
    </message>
    <message>
        <source>Accept {0} entities</source>
        <translation>接受 {0} 个实体</translation>
    </message>
    <message>
        <source>Reject {0}</source>
        <translation>拒绝 {0}</translation>
    </message>
    <message>
        <source>Reject {0} entities</source>
        <translation>拒绝 {0} 个实体</translation>
    </message>
    <message>
        <source>Edit {0}: valid from</source>
        <translation>编辑 {0}：生效时间</translation>
    </message>
    <message>
        <source>Edit {0}: valid until</source>
        <translation>编辑 {0}：失效时间</translation>
    </message>
    <message>
        <source>Edit {0} entities: valid from</source>
        <translation>编辑 {0} 个实体：生效时间</translation>
    </message>
    <message>
        <source>Edit {0} entities: valid until</source>
        <translation>编辑 {0} 个实体：失效时间</translation>
    </message>
    <message>
        <source>Set when {0} entities are there</source>
        <translation>设定 {0} 个实体的存在时间</translation>
    </message>
    <message>
        <source>Connect {0}</source>
        <translation>接入“{0}”</translation>
    </message>
    <message>
        <source>Edit connection {0}</source>
        <translation>修改连接“{0}”</translation>
    </message>
    <message>
        <source>Start connection {0}</source>
        <translation>启动连接“{0}”</translation>
    </message>
    <message>
        <source>Stop connection {0}</source>
        <translation>停止连接“{0}”</translation>
    </message>
    <message>
        <source>Remove connection {0}</source>
        <translation>删除连接“{0}”</translation>
    </message>
    <message>
        <source>Set heights of space codes</source>
        <extracomment>twin_model/space_heights.py</extracomment>
        <translation>设置三维空间码的高程</translation>
    </message>
    <message>
        <source>Edit {0}: {1} since {2}</source>
        <translation>编辑 {0}：{1}，自 {2} 起</translation>
    </message>
    <message>
        <source>Edit {0} entities: {1} since {2}</source>
        <translation>编辑 {0} 个实体：{1}，自 {2} 起</translation>
    </message>
    <message>
        <source>Edit {0} entities since {1}</source>
        <translation>编辑 {0} 个实体，自 {1} 起</translation>
    </message>
</context>
<context>
    <name>Layer</name>
    <comment>What layers made here are called; the title of the run, or the layer they were found in, goes in.</comment>
    <message>
        <source>{0} – ground</source>
        <translation>{0} – 地面高程</translation>
    </message>
    <message>
        <source>{0} – surface</source>
        <translation>{0} – 地表高程</translation>
    </message>
    <message>
        <source>{0} – true orthophoto</source>
        <translation>{0} – 真正射影像</translation>
    </message>
    <message>
        <source>{0} – points</source>
        <translation>{0} – 点云</translation>
    </message>
    <message>
        <source>{0} – mesh</source>
        <translation>{0} – 网格</translation>
    </message>
    <message>
        <source>{0} – contours</source>
        <translation>{0} – 等高线</translation>
    </message>
    <message>
        <source>{0} (bent)</source>
        <translation>{0}（有弯曲）</translation>
    </message>
    <message>
        <source>{0} (above the ellipsoid)</source>
        <translation>{0}（椭球高）</translation>
    </message>
    <message>
        <source>{0} – buildings</source>
        <translation>{0} – 建筑</translation>
    </message>
    <message>
        <source>{0} – trees</source>
        <translation>{0} – 树木</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>Accuracy report</source>
        <translation>精度报告</translation>
    </message>
    <message>
        <source>heights: {0}</source>
        <translation>高程基准：{0}</translation>
    </message>
    <message>
        <source>heights: datum unknown</source>
        <translation>高程基准未知</translation>
    </message>
    <message>
        <source>photographed {0}</source>
        <translation>拍摄于 {0}</translation>
    </message>
    <message>
        <source>photographed at an unknown time</source>
        <translation>拍摄时间未知</translation>
    </message>
    <message>
        <source>quality draft</source>
        <translation>质量：草稿</translation>
    </message>
    <message>
        <source>quality normal</source>
        <translation>质量：标准</translation>
    </message>
    <message>
        <source>quality high</source>
        <translation>质量：高</translation>
    </message>
    <message>
        <source>The scene is bent.</source>
        <translation>场景发生弯曲。</translation>
    </message>
    <message>
        <source>Its parts do not stand to each other as the photographs state: up to {0} m after the best fit, over {1} m.</source>
        <translation>其各部分的相对位置与照片所注明的不符：最佳拟合后仍相差最多 {0} m，范围 {1} m。</translation>
    </message>
    <message>
        <source>Do not measure in these products.</source>
        <translation>请勿在这些成果上量测。</translation>
    </message>
    <message>
        <source>More photographs between the parts, or control points, mend it.</source>
        <translation>在各部分之间补拍照片或加控制点即可改正。</translation>
    </message>
    <message>
        <source>Bending</source>
        <translation>弯曲</translation>
    </message>
    <message>
        <source>not known: fewer than seven photographs state where they were taken</source>
        <translation>未知：注明拍摄位置的照片少于七张</translation>
    </message>
    <message>
        <source>neighbours lie up to {0} m alike from where they were taken, over {1} m</source>
        <translation>相邻照片一致偏离拍摄位置最多 {0} m，范围 {1} m</translation>
    </message>
    <message>
        <source>turned by up to {0}°</source>
        <translation>方向最多偏转 {0}°</translation>
    </message>
    <message>
        <source>Loosest part</source>
        <translation>连接最弱的部分</translation>
    </message>
    <message>
        <source>{0} photographs, held by {1} tie points between {2} and {3}</source>
        <translation>{0} 张照片，由 {2} 与 {3} 之间的 {1} 个连接点相连</translation>
    </message>
    <message>
        <source>No independent check points.</source>
        <translation>没有独立检查点。</translation>
    </message>
    <message>
        <source>The accuracy of these products has not been verified.</source>
        <translation>这些成果的精度未经验证。</translation>
    </message>
    <message>
        <source>They rest on the control points they were fitted to, which says little.</source>
        <translation>成果依据的是平差所用的控制点，不足以说明精度。</translation>
    </message>
    <message>
        <source>They rest on the positions that the photographs state.</source>
        <translation>成果依据的是照片注明的位置。</translation>
    </message>
    <message>
        <source>They rest on the positions that the photographs state, and on cameras having been held level.</source>
        <translation>成果依据的是照片注明的位置，并假定相机持平。</translation>
    </message>
    <message>
        <source>They rest on nothing.</source>
        <translation>成果没有任何依据。</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>概要</translation>
    </message>
    <message>
        <source>Photographs</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>{0} connected, {1} usable, {2} found</source>
        <translation>已连接 {0} 张，可用 {1} 张，共 {2} 张</translation>
    </message>
    <message>
        <source>Ground sample distance</source>
        <translation>地面采样距离（GSD）</translation>
    </message>
    <message>
        <source>Overlap with the best neighbour</source>
        <translation>与最佳相邻照片的重叠度</translation>
    </message>
    <message>
        <source>Area seen</source>
        <translation>拍摄面积</translation>
    </message>
    <message>
        <source>{0} ha, {1} of it by three photographs and more</source>
        <translation>{0} 公顷，其中 {1} 由三张以上照片覆盖</translation>
    </message>
    <message>
        <source>Reprojection error</source>
        <translation>重投影误差</translation>
    </message>
    <message>
        <source>{0} px, {1} tie points</source>
        <translation>{0} 像素，{1} 个连接点</translation>
    </message>
    <message>
        <source>Placed by</source>
        <translation>定位依据</translation>
    </message>
    <message>
        <source>control points</source>
        <translation>控制点</translation>
    </message>
    <message>
        <source>positions</source>
        <translation>照片位置</translation>
    </message>
    <message>
        <source>positions and level cameras</source>
        <translation>照片位置与持平相机</translation>
    </message>
    <message>
        <source>level cameras</source>
        <translation>持平相机</translation>
    </message>
    <message>
        <source>Check points</source>
        <translation>检查点</translation>
    </message>
    <message>
        <source>Control points (fit)</source>
        <translation>控制点（拟合）</translation>
    </message>
    <message>
        <source>{0}: RMSE {1} / {2} / {3} m (east / north / up), bias {4} m, CE90 {5} m = {6} GSD, LE90 {7} m = {8} GSD, largest {9} m</source>
        <translation>{0} 个：RMSE {1} / {2} / {3} m（东 / 北 / 高），偏差 {4} m，CE90 {5} m = {6} GSD，LE90 {7} m = {8} GSD，最大 {9} m</translation>
    </message>
    <message>
        <source>Stated less found positions (RMSE)</source>
        <translation>注明位置与求得位置之差（RMSE）</translation>
    </message>
    <message>
        <source>{0} m east, {1} m north, {2} m up</source>
        <translation>东 {0} m，北 {1} m，高 {2} m</translation>
    </message>
    <message>
        <source>Surface</source>
        <translation>表面</translation>
    </message>
    <message>
        <source>cells of {0} m, {1} measured, median uncertainty {2} m (one sigma, of matching only)</source>
        <translation>格网 {0} m，实测 {1}，不确定度中位数 {2} m（一倍中误差，仅匹配）</translation>
    </message>
    <message>
        <source>True orthophoto</source>
        <translation>真正射影像</translation>
    </message>
    <message>
        <source>{0} m a pixel</source>
        <translation>每像素 {0} m</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>点云</translation>
    </message>
    <message>
        <source>{0}, one in {1} m</source>
        <translation>{0} 个点，点距 {1} m</translation>
    </message>
    <message>
        <source>within {0} m (east, north, up)</source>
        <translation>范围 {0} m（东、北、高）</translation>
    </message>
    <message>
        <source>{0} of the pixels have a depth that others confirm</source>
        <translation>{0} 的像素深度得到其他照片印证</translation>
    </message>
    <message>
        <source>Uncertainty of points</source>
        <translation>点的不确定度</translation>
    </message>
    <message>
        <source>median {0} m (one sigma, of matching only)</source>
        <translation>中位数 {0} m（一倍中误差，仅匹配）</translation>
    </message>
    <message>
        <source>Mesh</source>
        <translation>网格模型</translation>
    </message>
    <message>
        <source>{0} triangles from cells of {1} m</source>
        <translation>{0} 个三角形，体素 {1} m</translation>
    </message>
    <message>
        <source>Heights, orthophoto</source>
        <translation>高程与正射影像</translation>
    </message>
    <message>
        <source>none: the photographs were taken from the ground, and walls have no surface of heights</source>
        <translation>无：照片在地面拍摄，墙面没有高程表面</translation>
    </message>
    <message>
        <source>Against another survey</source>
        <translation>与其他测量成果比较</translation>
    </message>
    <message>
        <source>{0}: distance of points median {1} m, RMSE {2} m, 95 % within {3} m</source>
        <translation>{0}：点距中位数 {1} m，RMSE {2} m，95 % 在 {3} m 以内</translation>
    </message>
    <message>
        <source>vertically bias {0} m, NMAD {1} m</source>
        <translation>高程偏差 {0} m，NMAD {1} m</translation>
    </message>
    <message>
        <source>within {0} m: {1} of theirs found (completeness), {2} of ours confirmed</source>
        <translation>{0} m 以内：对方点找到 {1}（完整度），本方点证实 {2}</translation>
    </message>
    <message>
        <source>Radiance field</source>
        <translation>辐射场</translation>
    </message>
    <message>
        <source>nerfacto, {0} steps of {1} rays on {2} in {3} min, {4} photographs</source>
        <translation>nerfacto，{0} 步，每步 {1} 条光线，设备 {2}，用时 {3} 分钟，{4} 张照片</translation>
    </message>
    <message>
        <source>Held-out photographs</source>
        <translation>留出照片</translation>
    </message>
    <message>
        <source>{0}: PSNR {1} dB, SSIM {2}</source>
        <translation>{0} 张：PSNR {1} dB，SSIM {2}</translation>
    </message>
    <message>
        <source>Two independent surfaces</source>
        <translation>两种独立表面</translation>
    </message>
    <message>
        <source>the field has no surface where stereo has one</source>
        <translation>立体匹配有表面之处辐射场没有</translation>
    </message>
    <message>
        <source>{0} of the cells by both, field less stereo: NMAD {1} m, bias {2} m</source>
        <translation>{0} 的格网两者均有，辐射场减立体匹配：NMAD {1} m，偏差 {2} m</translation>
    </message>
    <message>
        <source>the field did not find the surface, so all heights are of stereo</source>
        <translation>辐射场未找到表面，高程全部取自立体匹配</translation>
    </message>
    <message>
        <source>{0} in conflict, {1} by the field alone</source>
        <translation>{0} 相互矛盾，{1} 仅由辐射场得到</translation>
    </message>
    <message>
        <source>Surveyed points</source>
        <translation>测量点</translation>
    </message>
    <message>
        <source>Photogrammetric minus surveyed. Check points were not used in the adjustment.</source>
        <translation>摄影测量值减实测值。检查点未参与平差。</translation>
    </message>
    <message>
        <source>Point</source>
        <translation>点名</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>用途</translation>
    </message>
    <message>
        <source>East (m)</source>
        <translation>东（m）</translation>
    </message>
    <message>
        <source>North (m)</source>
        <translation>北（m）</translation>
    </message>
    <message>
        <source>Up (m)</source>
        <translation>高（m）</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>照片数</translation>
    </message>
    <message>
        <source>Marks (px)</source>
        <translation>刺点误差（像素）</translation>
    </message>
    <message>
        <source>check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>control</source>
        <translation>控制</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图</translation>
    </message>
    <message>
        <source>Footprints on level ground, where photographs were taken, surveyed points</source>
        <translation>平地上的像幅、拍摄位置与测量点</translation>
    </message>
    <message>
        <source>Surface, lit from the north-west</source>
        <translation>表面（西北光照晕渲）</translation>
    </message>
    <message>
        <source>Uncertainty, from 0 (light) to {0} m (dark)</source>
        <translation>不确定度，从 0（浅）到 {0} m（深）</translation>
    </message>
    <message>
        <source>How heights were found: stereo (light), radiance field (middle), filled (dark)</source>
        <translation>高程来源：立体匹配（浅）、辐射场（中）、填补（深）</translation>
    </message>
    <message>
        <source>Points, seen from where most photographs were taken, without perspective</source>
        <translation>点云，自多数照片的拍摄方向正交观看</translation>
    </message>
    <message>
        <source>Points, seen from the side of that</source>
        <translation>点云，自其侧面观看</translation>
    </message>
    <message>
        <source>Points, seen from above</source>
        <translation>点云，俯视</translation>
    </message>
    <message>
        <source>To know</source>
        <translation>须知</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>poses</source>
        <translation>位姿</translation>
    </message>
    <message>
        <source>georeference</source>
        <translation>地理定位</translation>
    </message>
    <message>
        <source>stereo</source>
        <translation>立体匹配</translation>
    </message>
    <message>
        <source>field</source>
        <translation>辐射场</translation>
    </message>
    <message>
        <source>surface</source>
        <translation>表面</translation>
    </message>
    <message>
        <source>products</source>
        <translation>成果</translation>
    </message>
    <message>
        <source>comparison</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Heights</source>
        <translation>高程</translation>
    </message>
    <message>
        <source>above {0}, as the control points are</source>
        <translation>以{0}为基准，与控制点一致</translation>
    </message>
    <message>
        <source>as the control points state them, above an unknown datum</source>
        <translation>与控制点所给一致，基准未知</translation>
    </message>
    <message>
        <source>above no datum: nothing says how high the scene lies</source>
        <translation>没有高程基准：没有资料说明场景的高度</translation>
    </message>
    <message>
        <source>above {0}: from the ellipsoid by PROJ's geoid grid</source>
        <translation>以{0}为基准：由椭球高按 PROJ 的大地水准面格网换算</translation>
    </message>
    <message>
        <source>above {0}: from the ellipsoid by {1}</source>
        <translation>以{0}为基准：由椭球高按 {1} 换算</translation>
    </message>
    <message>
        <source>above the geoid: from the ellipsoid by {0}</source>
        <translation>以大地水准面为基准：由椭球高按 {0} 换算</translation>
    </message>
    <message>
        <source>above the WGS 84 ellipsoid: there is no geoid grid to leave it by</source>
        <translation>以 WGS 84 椭球面为基准：没有大地水准面格网可供换算</translation>
    </message>
    <message>
        <source>as the photographs state them, above the ellipsoid or the sea: unknown, no geoid grid</source>
        <translation>与照片所记一致，以椭球面或海平面为基准未知，没有大地水准面格网</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <comment>Messages that name options of the command line, in the words of the window.</comment>
    <message>
        <source>states no coordinate reference system; its coordinates were taken to be in the project's {0} (give --crs if that is wrong)</source>
        <translation>未说明坐标参考系，其坐标按项目的 {0} 处理（若不对，请在“坐标参考系”处另选）</translation>
    </message>
    <message>
        <source>states no coordinate reference system; its coordinates were taken as metres from the project's origin (give --crs if that is wrong)</source>
        <translation>未说明坐标参考系，其坐标按自项目原点起的米处理（若不对，请在“坐标参考系”处另选）</translation>
    </message>
    <message>
        <source>give it with --crs EPSG:n, or --crs local</source>
        <translation>请在“坐标参考系”处选择，或选“以项目原点为准的本地米制坐标”</translation>
    </message>
    <message>
        <source>free some space, or add it with --link</source>
        <translation>请腾出空间</translation>
    </message>
    <message>
        <source>give one with --crs</source>
        <translation>请在“坐标参考系”处选择</translation>
    </message>
    <message>
        <source>close other programs, or use smaller photos or --quality draft; see {0}</source>
        <translation>请关闭其他程序，改用较小的照片或“草稿”质量，再继续此次运行；详见 {0}</translation>
    </message>
    <message>
        <source>free some space and go on with --resume</source>
        <translation>请腾出空间，再继续此次运行</translation>
    </message>
    <message>
        <source>give --control-crs {0} and swap the two columns</source>
        <translation>请在“控制点坐标系”处选择 {0}，并在文件中对调这两列</translation>
    </message>
    <message>
        <source>give --control-crs {0}</source>
        <translation>请在“控制点坐标系”处选择 {0}</translation>
    </message>
    <message>
        <source>check their CRS (read as {0}) with --control-crs, and the photographs</source>
        <translation>请核对“控制点坐标系”（现按 {0} 读取），并核对照片</translation>
    </message>
    <message>
        <source>give control points with --control</source>
        <translation>请选择控制点文件</translation>
    </message>
    <message>
        <source>give control points with --control, or fly a second line</source>
        <translation>请选择控制点文件，或加飞一条航线</translation>
    </message>
    <message>
        <source>free some space, or use --quality draft</source>
        <translation>请腾出空间，或改用“草稿”质量</translation>
    </message>
    <message>
        <source>check its CRS, or reconstruct without --reference</source>
        <translation>请检查其坐标系，或在“对比数据”处去掉它</translation>
    </message>
    <message>
        <source>make the project with shapan new --origin E,N,H</source>
        <translation>请用注明适用范围的坐标系新建项目</translation>
    </message>
    <message>
        <source>give control points, or make the project with shapan new --origin E,N,H, near the place</source>
        <translation>请选择控制点文件，或暂将场景放在项目坐标系的中央</translation>
    </message>
    <message>
        <source>make it with shapan new</source>
        <translation>请用“新建项目…”创建</translation>
    </message>
    <message>
        <source>make one with shapan new</source>
        <translation>请用“新建项目…”新建一个</translation>
    </message>
</context>
</TS>
