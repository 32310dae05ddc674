<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message>
        <source>Reason for changes…</source>
        <translation>修改原因…</translation>
    </message>
    <message>
        <source>New project…</source>
        <extracomment>Icons of the top bar, a gap between groups.</extracomment>
        <translation>新建项目…</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>打开项目…</translation>
    </message>
    <message>
        <source>Open demo city</source>
        <translation>打开示范城市</translation>
    </message>
    <message>
        <source>Add data…</source>
        <translation>添加数据…</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Save view</source>
        <translation>保存视图</translation>
    </message>
    <message>
        <source>Capture picture…</source>
        <translation>截取图片…</translation>
    </message>
    <message>
        <source>Close project</source>
        <translation>关闭项目</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>命令面板</translation>
    </message>
    <message>
        <source>Zoom to everything</source>
        <translation>缩放至全部</translation>
    </message>
    <message>
        <source>Zoom to selection</source>
        <translation>缩放至所选</translation>
    </message>
    <message>
        <source>Look north</source>
        <translation>朝北</translation>
    </message>
    <message>
        <source>Look straight down</source>
        <translation>俯视</translation>
    </message>
    <message>
        <source>Dark theme</source>
        <translation>深色主题</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Python console</source>
        <translation>Python 控制台</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>Measure distance</source>
        <translation>量测距离</translation>
    </message>
    <message>
        <source>Measure height difference</source>
        <translation>量测高差</translation>
    </message>
    <message>
        <source>Measure area</source>
        <translation>量测面积</translation>
    </message>
    <message>
        <source>Layout: Plan</source>
        <translation>布局：规划</translation>
    </message>
    <message>
        <source>Layout: Monitor</source>
        <translation>布局：监控</translation>
    </message>
    <message>
        <source>Layout: Reconstruct</source>
        <translation>布局：重建</translation>
    </message>
    <message>
        <source>About Shapan</source>
        <translation>关于沙盘</translation>
    </message>
    <message>
        <source>Mouse and keys</source>
        <translation>鼠标与按键</translation>
    </message>
    <message>
        <source>Plugins…</source>
        <translation>插件…</translation>
    </message>
    <message>
        <source>Draw a point</source>
        <translation>绘制点</translation>
    </message>
    <message>
        <source>Draw a line</source>
        <translation>绘制线</translation>
    </message>
    <message>
        <source>Draw an area</source>
        <translation>绘制面</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>复制一份</translation>
    </message>
    <message>
        <source>Remove entities</source>
        <translation>移除实体</translation>
    </message>
    <message>
        <source>Move, turn, scale</source>
        <translation>移动、旋转、缩放</translation>
    </message>
    <message>
        <source>Edit corners</source>
        <translation>编辑角点</translation>
    </message>
    <message>
        <source>Split outline…</source>
        <translation>拆分轮廓…</translation>
    </message>
    <message>
        <source>Merge outlines</source>
        <translation>合并轮廓</translation>
    </message>
    <message>
        <source>Attach a thing of a layer…</source>
        <translation>关联图层中的对象…</translation>
    </message>
    <message>
        <source>Detach from its layer</source>
        <translation>解除与图层的关联</translation>
    </message>
    <message>
        <source>Assign values by query…</source>
        <translation>按查询批量赋值…</translation>
    </message>
    <message>
        <source>Entities without a layer</source>
        <translation>显示无图层的实体</translation>
    </message>
    <message>
        <source>Entity types…</source>
        <translation>实体类型…</translation>
    </message>
    <message>
        <source>Alarms</source>
        <translation>告警</translation>
    </message>
    <message>
        <source>Charts</source>
        <translation>图表</translation>
    </message>
    <message>
        <source>Colour by live values</source>
        <translation>按实时值着色</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Scenarios and runs</source>
        <translation>方案与推演</translation>
    </message>
    <message>
        <source>Scenario editor</source>
        <translation>方案编辑</translation>
    </message>
    <message>
        <source>Show no run in the scene</source>
        <translation>场景中不显示推演</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Connect a source…</source>
        <translation>连接数据源…</translation>
    </message>
    <message>
        <source>Runs compared</source>
        <translation>推演比较</translation>
    </message>
    <message>
        <source>Reconstruct from photographs…</source>
        <translation>由照片重建…</translation>
    </message>
    <message>
        <source>Project settings…</source>
        <translation>项目设置…</translation>
    </message>
    <message>
        <source>Compute spatial relations</source>
        <translation>计算空间关系</translation>
    </message>
    <message>
        <source>{0} spatial relations</source>
        <translation>{0} 条空间关系</translation>
    </message>
    <message>
        <source>Go to largest difference</source>
        <translation>转到差异最大处</translation>
    </message>
    <message>
        <source>Run beside the live picture</source>
        <translation>推演与实时画面并排</translation>
    </message>
</context>
<context>
    <name>ColourBy</name>
    <message>
        <source>Own colours</source>
        <translation>原有颜色</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>分类</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高程</translation>
    </message>
    <message>
        <source>Intensity</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>One colour</source>
        <translation>单色</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Panel</source>
        <translation>面板</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <extracomment>Set by the window: what to do with what was chosen.</extracomment>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Search entities, codes, places, commands</source>
        <translation>搜索实体、编码、地点、命令</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Go to latitude {0}, longitude {1}</source>
        <translation>前往纬度 {0}，经度 {1}</translation>
    </message>
    <message>
        <source>Go to easting {0}, northing {1}</source>
        <translation>前往东坐标 {0}，北坐标 {1}</translation>
    </message>
    <message>
        <source>Class, {0}</source>
        <translation>类别，{0}</translation>
    </message>
    <message>
        <source>Go to cell {0}</source>
        <translation>前往网格单元 {0}</translation>
    </message>
    <message>
        <source>level {0}</source>
        <translation>第 {0} 级</translation>
    </message>
</context>
<context>
    <name>ConsolePanel</name>
    <message>
        <source>Python: window, twin, actions.run(“view.fit”)</source>
        <translation>Python：window、twin、actions.run("view.fit")</translation>
    </message>
    <message>
        <source>Python input</source>
        <translation>Python 输入</translation>
    </message>
    <message>
        <source>Python output</source>
        <translation>Python 输出</translation>
    </message>
</context>
<context>
    <name>CrsField</name>
    <message>
        <source>EPSG code or name</source>
        <translation>EPSG 代码或名称</translation>
    </message>
    <message>
        <source>Coordinate reference system</source>
        <translation>坐标参考系</translation>
    </message>
    <message>
        <source>Local metres at the project's origin</source>
        <translation>以项目原点为准的本地米制坐标</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Open project</source>
        <translation>打开项目</translation>
    </message>
    <message>
        <source>Add data</source>
        <translation>添加数据</translation>
    </message>
    <message>
        <source>Add folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>It can be opened for reading meanwhile.</source>
        <translation>可先以只读方式打开。</translation>
    </message>
    <message>
        <source>Open for reading</source>
        <translation>只读打开</translation>
    </message>
    <message>
        <source>Jobs are running</source>
        <translation>有任务正在进行</translation>
    </message>
    <message>
        <source>“{0}” is not finished. Cancel it and go on? What is complete stays in the project.</source>
        <translation>“{0}”尚未完成。取消它并继续吗？已完成的部分保留在项目中。</translation>
    </message>
    <message>
        <source>Capture picture</source>
        <translation>截取图片</translation>
    </message>
    <message>
        <source>{0}: the picture cannot be written there; choose another folder</source>
        <translation>{0}：图片无法写入此处；请另选文件夹</translation>
    </message>
    <message>
        <source>About Shapan</source>
        <translation>关于沙盘</translation>
    </message>
    <message>
        <source>&lt;b&gt;沙盘 Shapan {0}&lt;/b&gt;&lt;p&gt;A 3D digital twin of cities, campuses, ports and plants on your desk.&lt;br&gt;Apache License 2.0.&lt;/p&gt;</source>
        <translation>&lt;b&gt;沙盘 Shapan {0}&lt;/b&gt;&lt;p&gt;桌面上的城市、园区、港口与厂区三维数字孪生。&lt;br&gt;Apache 许可证 2.0。&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>Edit</name>
    <message>
        <source>name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>easting</source>
        <translation>东坐标</translation>
    </message>
    <message>
        <source>northing</source>
        <translation>北坐标</translation>
    </message>
    <message>
        <source>height</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>heading</source>
        <translation>朝向</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>拆分</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>move</source>
        <translation>移动</translation>
    </message>
    <message>
        <source>turn</source>
        <translation>旋转</translation>
    </message>
    <message>
        <source>scale</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>place</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>corner</source>
        <translation>角点</translation>
    </message>
    <message>
        <source>new corner</source>
        <translation>新角点</translation>
    </message>
    <message>
        <source>corner removed</source>
        <translation>删除角点</translation>
    </message>
    <message>
        <source>attached</source>
        <translation>已关联</translation>
    </message>
    <message>
        <source>detached</source>
        <translation>已解除关联</translation>
    </message>
    <message>
        <source>valid from</source>
        <translation>生效时间</translation>
    </message>
    <message>
        <source>valid until</source>
        <translation>失效时间</translation>
    </message>
    <message>
        <source>height reference</source>
        <translation>高程起算面</translation>
    </message>
    <message>
        <source>pitch</source>
        <translation>俯仰角</translation>
    </message>
    <message>
        <source>roll</source>
        <translation>横滚角</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>This project is empty</source>
        <translation>项目还是空的</translation>
    </message>
    <message>
        <source>Drop GIS, BIM, oblique photography or point clouds anywhere on the window. Each is placed by its own coordinate reference system.</source>
        <translation>把 GIS、BIM、倾斜摄影或点云拖到窗口任意处，各按自己的坐标参考系就位。</translation>
    </message>
    <message>
        <source>Start with your data</source>
        <translation>从您的数据开始</translation>
    </message>
    <message>
        <source>Drop files or folders anywhere on the window: buildings and roads, terrain and imagery, IFC models, oblique photography, point clouds. A project is made from the first of them.</source>
        <translation>把文件或文件夹拖到窗口任意处：建筑与道路、地形与影像、IFC 模型、倾斜摄影、点云。第一份数据决定新项目的位置。</translation>
    </message>
    <message>
        <source>Add data</source>
        <translation>添加数据</translation>
    </message>
    <message>
        <source>Open demo city</source>
        <translation>打开示范城市</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>打开项目…</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>最近的项目</translation>
    </message>
</context>
<context>
    <name>EntitiesPanel</name>
    <message>
        <source>Name, code or identifier</source>
        <translation>名称、编码或标识</translation>
    </message>
    <message>
        <source>Search entities</source>
        <translation>搜索实体</translation>
    </message>
    <message>
        <source>Entities</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>Nothing matches “{0}”.</source>
        <translation>没有与“{0}”相符的实体。</translation>
    </message>
    <message>
        <source>Buildings, rooms, sensors and the like appear here with their layers.</source>
        <translation>建筑、房间、传感器等随图层出现在这里。</translation>
    </message>
    <message>
        <source>Name, code, or height &gt; 30</source>
        <translation>名称、编码，或 height &gt; 30</translation>
    </message>
    <message>
        <source>Select everything found, in the scene too</source>
        <translation>全部选中（含场景）</translation>
    </message>
    <message>
        <source>Keep this filter as a set</source>
        <translation>将此筛选存为集合</translation>
    </message>
    <message>
        <source>{0} found</source>
        <translation>找到 {0} 个</translation>
    </message>
    <message>
        <source>(the first {0} can be selected)</source>
        <translation>（可选中前 {0} 个）</translation>
    </message>
    <message>
        <source>Part of a name, the beginning of a code, or a condition, such as
type is building and height &gt; 30
within 200 of pump-7
management ^ '330106-BD'</source>
        <translation>名称的一部分、编码的开头，或条件，例如
type is building and height &gt; 30
within 200 of pump-7
management ^ '330106-BD'</translation>
    </message>
</context>
<context>
    <name>EntityPanel</name>
    <message>
        <source>and {0} more</source>
        <translation>另有 {0} 条</translation>
    </message>
    <message>
        <source>its type does not allow these relations; remove or change them first:</source>
        <translation>该类型不允许下列关系，请先移除或更改：</translation>
    </message>
    <message>
        <source>Not “{0}”: {1}</source>
        <translation>不能改为“{0}”：{1}</translation>
    </message>
    <message>
        <source>{0} of at least {1}</source>
        <translation>{0} 个，至少 {1} 个</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺少</translation>
    </message>
    <message>
        <source>Pitch</source>
        <translation>俯仰角</translation>
    </message>
    <message>
        <source>Roll</source>
        <translation>横滚角</translation>
    </message>
    <message>
        <source>Properties</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Relations graph</source>
        <translation>关系图</translation>
    </message>
    <message>
        <source>No entity stands here; this is the layer it belongs to.</source>
        <translation>此处没有实体；以下是它所属的图层。</translation>
    </message>
    <message>
        <source>Click a thing in the scene or in the list to see what it is.</source>
        <translation>单击场景或列表中的对象，查看它是什么。</translation>
    </message>
    <message>
        <source>No codes have been given yet.</source>
        <translation>尚未赋码。</translation>
    </message>
    <message>
        <source>The position is unknown.</source>
        <translation>位置未知。</translation>
    </message>
    <message>
        <source>No geometry.</source>
        <translation>没有几何。</translation>
    </message>
    <message>
        <source>The source has no attributes for it.</source>
        <translation>来源中没有它的属性。</translation>
    </message>
    <message>
        <source>No live values are declared.</source>
        <translation>没有声明实时指标。</translation>
    </message>
    <message>
        <source>No rule watches it. Rules are made in the Rules panel, and in entity types.</source>
        <translation>没有规则监视它。规则在“规则”面板和实体类型中创建。</translation>
    </message>
    <message>
        <source>Codes</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Geometry</source>
        <translation>几何</translation>
    </message>
    <message>
        <source>Relations</source>
        <translation>关系</translation>
    </message>
    <message>
        <source>Attributes</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Management code</source>
        <translation>管理码</translation>
    </message>
    <message>
        <source>Space code</source>
        <translation>空间码</translation>
    </message>
    <message>
        <source>Time code</source>
        <translation>时间码</translation>
    </message>
    <message>
        <source>In the source</source>
        <translation>来源标识</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>实体标识</translation>
    </message>
    <message>
        <source>datum unknown</source>
        <translation>基准未知</translation>
    </message>
    <message>
        <source>Latitude</source>
        <translation>纬度</translation>
    </message>
    <message>
        <source>Longitude</source>
        <translation>经度</translation>
    </message>
    <message>
        <source>Easting</source>
        <translation>东坐标</translation>
    </message>
    <message>
        <source>Northing</source>
        <translation>北坐标</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高程</translation>
    </message>
    <message>
        <source>Height above</source>
        <translation>高程基准</translation>
    </message>
    <message>
        <source>Heading</source>
        <translation>朝向</translation>
    </message>
    <message>
        <source>Project CRS</source>
        <translation>项目坐标系</translation>
    </message>
    <message>
        <source>Valid from</source>
        <translation>生效时间</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>失效时间</translation>
    </message>
    <message>
        <source>Own geometry</source>
        <translation>自有几何</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>面积</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>周长</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Feature</source>
        <translation>要素号</translation>
    </message>
    <message>
        <source>Where it comes from</source>
        <translation>数据来源</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Drawn as</source>
        <translation>显示方式</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源文件</translation>
    </message>
    <message>
        <source>Source CRS</source>
        <translation>来源坐标系</translation>
    </message>
    <message>
        <source>Source heights</source>
        <translation>来源高程基准</translation>
    </message>
    <message>
        <source>Surveyed</source>
        <translation>测绘时间</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>占用磁盘</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可</translation>
    </message>
    <message>
        <source>Attribution</source>
        <translation>署名</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>From the source</source>
        <translation>来自数据源</translation>
    </message>
    <message>
        <source>several values</source>
        <translation>多个值</translation>
    </message>
    <message>
        <source>not set</source>
        <translation>未填</translation>
    </message>
    <message>
        <source>Year-month-day</source>
        <translation>年-月-日</translation>
    </message>
    <message>
        <source>Calendar</source>
        <translation>日历</translation>
    </message>
    <message>
        <source>Not “{0}”: its {1} is {2}. {3}</source>
        <translation>不能改为“{0}”：{1}现为 {2}。{3}</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message numerus="yes">
        <source>%n entities</source>
        <translation><numerusform>%n 个实体</numerusform></translation>
    </message>
    <message>
        <source>several types</source>
        <translation>多种类型</translation>
    </message>
    <message>
        <source>It did not exist then.</source>
        <translation>当时它还不存在。</translation>
    </message>
    <message>
        <source>The project is open for reading only.</source>
        <translation>项目以只读方式打开。</translation>
    </message>
    <message>
        <source>As of {0}: go back to now to edit.</source>
        <translation>显示的是 {0} 的状态，回到现在才能编辑。</translation>
    </message>
    <message>
        <source>Select one entity to see this.</source>
        <translation>选中一个实体后可查看。</translation>
    </message>
    <message>
        <source>{0} ago</source>
        <translation>{0}前</translation>
    </message>
    <message>
        <source>stale</source>
        <translation>陈旧</translation>
    </message>
    <message>
        <source>{0} before</source>
        <translation>此前 {0}</translation>
    </message>
    <message>
        <source>uncertain</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>bad</source>
        <translation>无效</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Extracted, not reviewed yet.</source>
        <translation>提取所得，尚未审核。</translation>
    </message>
    <message>
        <source>Division</source>
        <translation>行政区划</translation>
    </message>
    <message>
        <source>settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>No relations with other entities. Edit ▸ Compute spatial relations finds what lies in, touches or is next to what.</source>
        <translation>与其他实体没有关系。“编辑 ▸ 计算空间关系”可找出谁位于谁内、与谁相接或相邻。</translation>
    </message>
    <message>
        <source>always</source>
        <translation>一直</translation>
    </message>
    <message>
        <source>no end</source>
        <translation>无终止</translation>
    </message>
    <message>
        <source>In the project</source>
        <translation>项目高程</translation>
    </message>
    <message>
        <source>There is no terrain here</source>
        <translation>此处没有地形</translation>
    </message>
    <message>
        <source>Another vertical datum…</source>
        <translation>其他高程基准…</translation>
    </message>
    <message>
        <source>Reading of heights</source>
        <translation>高度读法</translation>
    </message>
    <message>
        <source>Space codes</source>
        <translation>空间码</translation>
    </message>
    <message>
        <source>Space code with height</source>
        <translation>三维空间码</translation>
    </message>
    <message>
        <source>Cell around it</source>
        <translation>包含它的单元</translation>
    </message>
    <message>
        <source>Cell with height around it</source>
        <translation>包含它的三维单元</translation>
    </message>
    <message>
        <source>Cells of the outline</source>
        <translation>轮廓所占单元</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>What you enter has been so since {0}.</source>
        <translation>现在输入的值自 {0} 起即如此。</translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>Changes hold since</source>
        <translation>更改生效自</translation>
    </message>
    <message>
        <source>Only what has been so already; this lies in the future</source>
        <translation>只能是过去的时间；此时间尚未到来</translation>
    </message>
    <message>
        <source>In the scene</source>
        <translation>场景中</translation>
    </message>
    <message>
        <source>has no picture of its own</source>
        <translation>没有单独的图形</translation>
    </message>
    <message>
        <source>{0} have no picture of their own</source>
        <translation>{0} 个没有单独的图形</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>缩放比例</translation>
    </message>
</context>
<context>
    <name>EntityType</name>
    <message>
        <source>Building</source>
        <translation>建筑</translation>
    </message>
    <message>
        <source>Building part</source>
        <translation>建筑部分</translation>
    </message>
    <message>
        <source>Storey</source>
        <translation>楼层</translation>
    </message>
    <message>
        <source>Room</source>
        <translation>房间</translation>
    </message>
    <message>
        <source>Site</source>
        <translation>场地</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Wall</source>
        <translation>墙</translation>
    </message>
    <message>
        <source>Curtain wall</source>
        <translation>幕墙</translation>
    </message>
    <message>
        <source>Slab</source>
        <translation>楼板</translation>
    </message>
    <message>
        <source>Roof</source>
        <translation>屋顶</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>柱</translation>
    </message>
    <message>
        <source>Beam</source>
        <translation>梁</translation>
    </message>
    <message>
        <source>Door</source>
        <translation>门</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗</translation>
    </message>
    <message>
        <source>Stair</source>
        <translation>楼梯</translation>
    </message>
    <message>
        <source>Ramp</source>
        <translation>坡道</translation>
    </message>
    <message>
        <source>Railing</source>
        <translation>栏杆</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>洞口</translation>
    </message>
    <message>
        <source>Covering</source>
        <translation>饰面</translation>
    </message>
    <message>
        <source>Furniture</source>
        <translation>家具</translation>
    </message>
    <message>
        <source>Plate</source>
        <translation>板件</translation>
    </message>
    <message>
        <source>Member</source>
        <translation>杆件</translation>
    </message>
    <message>
        <source>Assembly</source>
        <translation>组合件</translation>
    </message>
    <message>
        <source>Building element</source>
        <translation>建筑构件</translation>
    </message>
    <message>
        <source>Part of an element</source>
        <translation>构件零件</translation>
    </message>
    <message>
        <source>Virtual element</source>
        <translation>虚拟构件</translation>
    </message>
    <message>
        <source>Foundation</source>
        <translation>基础</translation>
    </message>
    <message>
        <source>Pile</source>
        <translation>桩</translation>
    </message>
    <message>
        <source>Bearing</source>
        <translation>支座</translation>
    </message>
    <message>
        <source>Reinforcement</source>
        <translation>钢筋</translation>
    </message>
    <message>
        <source>Structural item</source>
        <translation>结构项</translation>
    </message>
    <message>
        <source>Chimney</source>
        <translation>烟囱</translation>
    </message>
    <message>
        <source>Shading device</source>
        <translation>遮阳构件</translation>
    </message>
    <message>
        <source>Pavement</source>
        <translation>铺装</translation>
    </message>
    <message>
        <source>Kerb</source>
        <translation>路缘</translation>
    </message>
    <message>
        <source>Earthworks</source>
        <translation>土方</translation>
    </message>
    <message>
        <source>Bridge</source>
        <translation>桥梁</translation>
    </message>
    <message>
        <source>Facility</source>
        <translation>设施</translation>
    </message>
    <message>
        <source>Part of a facility</source>
        <translation>设施部分</translation>
    </message>
    <message>
        <source>Marine facility</source>
        <translation>海工设施</translation>
    </message>
    <message>
        <source>Mooring</source>
        <translation>系泊设施</translation>
    </message>
    <message>
        <source>Navigation aid</source>
        <translation>助航标志</translation>
    </message>
    <message>
        <source>Civil element</source>
        <translation>土木构件</translation>
    </message>
    <message>
        <source>Geographic element</source>
        <translation>地理要素</translation>
    </message>
    <message>
        <source>Geotechnical element</source>
        <translation>岩土要素</translation>
    </message>
    <message>
        <source>Zone</source>
        <translation>分区</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>组</translation>
    </message>
    <message>
        <source>Asset</source>
        <translation>资产</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>轴网</translation>
    </message>
    <message>
        <source>Annotation</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>Alignment</source>
        <translation>线形</translation>
    </message>
    <message>
        <source>Referent</source>
        <translation>参照点</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Equipment</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>末端</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>管段</translation>
    </message>
    <message>
        <source>Fitting</source>
        <translation>管件</translation>
    </message>
    <message>
        <source>Flow controller</source>
        <translation>流量控制件</translation>
    </message>
    <message>
        <source>Treatment device</source>
        <translation>处理设备</translation>
    </message>
    <message>
        <source>Control device</source>
        <translation>控制设备</translation>
    </message>
    <message>
        <source>Controller</source>
        <translation>控制器</translation>
    </message>
    <message>
        <source>Actuator</source>
        <translation>执行器</translation>
    </message>
    <message>
        <source>Alarm device</source>
        <translation>告警设备</translation>
    </message>
    <message>
        <source>Air handling unit</source>
        <translation>空调机组</translation>
    </message>
    <message>
        <source>Air terminal</source>
        <translation>风口</translation>
    </message>
    <message>
        <source>Appliance</source>
        <translation>电器</translation>
    </message>
    <message>
        <source>Battery</source>
        <translation>蓄电池</translation>
    </message>
    <message>
        <source>Boiler</source>
        <translation>锅炉</translation>
    </message>
    <message>
        <source>Breaker</source>
        <translation>断路器</translation>
    </message>
    <message>
        <source>Cable</source>
        <translation>电缆</translation>
    </message>
    <message>
        <source>Cable tray</source>
        <translation>电缆桥架</translation>
    </message>
    <message>
        <source>Chamber</source>
        <translation>井室</translation>
    </message>
    <message>
        <source>Chiller</source>
        <translation>冷水机组</translation>
    </message>
    <message>
        <source>Compressor</source>
        <translation>压缩机</translation>
    </message>
    <message>
        <source>Cooling tower</source>
        <translation>冷却塔</translation>
    </message>
    <message>
        <source>Damper</source>
        <translation>风阀</translation>
    </message>
    <message>
        <source>Duct</source>
        <translation>风管</translation>
    </message>
    <message>
        <source>Fan</source>
        <translation>风机</translation>
    </message>
    <message>
        <source>Fire terminal</source>
        <translation>消防末端</translation>
    </message>
    <message>
        <source>Generator</source>
        <translation>发电机</translation>
    </message>
    <message>
        <source>Heat exchanger</source>
        <translation>换热器</translation>
    </message>
    <message>
        <source>Meter</source>
        <translation>仪表</translation>
    </message>
    <message>
        <source>Motor</source>
        <translation>电动机</translation>
    </message>
    <message>
        <source>Outlet</source>
        <translation>插座</translation>
    </message>
    <message>
        <source>Pump</source>
        <translation>水泵</translation>
    </message>
    <message>
        <source>Sanitary terminal</source>
        <translation>卫生器具</translation>
    </message>
    <message>
        <source>Solar panel</source>
        <translation>太阳能板</translation>
    </message>
    <message>
        <source>Switch</source>
        <translation>开关</translation>
    </message>
    <message>
        <source>Switchboard</source>
        <translation>配电柜</translation>
    </message>
    <message>
        <source>Tank</source>
        <translation>储罐</translation>
    </message>
    <message>
        <source>Transformer</source>
        <translation>变压器</translation>
    </message>
    <message>
        <source>Lift or conveyor</source>
        <translation>电梯与输送设备</translation>
    </message>
    <message>
        <source>Valve</source>
        <translation>阀门</translation>
    </message>
    <message>
        <source>Road</source>
        <translation>道路</translation>
    </message>
    <message>
        <source>Rail</source>
        <translation>轨道</translation>
    </message>
    <message>
        <source>Railway</source>
        <translation>铁路</translation>
    </message>
    <message>
        <source>Track</source>
        <translation>便道</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>步道</translation>
    </message>
    <message>
        <source>Parking</source>
        <translation>停车场</translation>
    </message>
    <message>
        <source>Water</source>
        <translation>水体</translation>
    </message>
    <message>
        <source>Land use</source>
        <translation>用地</translation>
    </message>
    <message>
        <source>Green space</source>
        <translation>绿地</translation>
    </message>
    <message>
        <source>Parcel</source>
        <translation>宗地</translation>
    </message>
    <message>
        <source>District</source>
        <translation>片区</translation>
    </message>
    <message>
        <source>Boundary</source>
        <translation>边界</translation>
    </message>
    <message>
        <source>Contour</source>
        <translation>等高线</translation>
    </message>
    <message>
        <source>Fence</source>
        <translation>围栏</translation>
    </message>
    <message>
        <source>Quay</source>
        <translation>码头岸线</translation>
    </message>
    <message>
        <source>Berth</source>
        <translation>泊位</translation>
    </message>
    <message>
        <source>Tree</source>
        <translation>树木</translation>
    </message>
    <message>
        <source>Street lamp</source>
        <translation>路灯</translation>
    </message>
    <message>
        <source>Pole</source>
        <translation>杆</translation>
    </message>
    <message>
        <source>Bench</source>
        <translation>长椅</translation>
    </message>
    <message>
        <source>Hydrant</source>
        <translation>消火栓</translation>
    </message>
    <message>
        <source>Manhole</source>
        <translation>检查井</translation>
    </message>
    <message>
        <source>Traffic signal</source>
        <translation>信号灯</translation>
    </message>
    <message>
        <source>Signal</source>
        <translation>信号机</translation>
    </message>
    <message>
        <source>Sign</source>
        <translation>标牌</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>摄像机</translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation>传感器</translation>
    </message>
    <message>
        <source>Quay crane</source>
        <translation>岸桥</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>集装箱</translation>
    </message>
    <message>
        <source>Truck</source>
        <translation>集卡</translation>
    </message>
    <message>
        <source>Vehicle</source>
        <translation>车辆</translation>
    </message>
    <message>
        <source>Ship</source>
        <translation>船舶</translation>
    </message>
    <message>
        <source>Pipe</source>
        <translation>管道</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>线</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>地名</translation>
    </message>
    <message>
        <source>Point</source>
        <translation>点</translation>
    </message>
    <message>
        <source>Feature</source>
        <translation>要素</translation>
    </message>
    <message>
        <source>Object</source>
        <translation>对象</translation>
    </message>
</context>
<context>
    <name>ExtentPreview</name>
    <message>
        <source>No extent known yet</source>
        <translation>范围尚未知</translation>
    </message>
</context>
<context>
    <name>Importing</name>
    <message>
        <source>The project is open for reading only; nothing was added.</source>
        <extracomment>A folder with more files than this is looked at only so far. Terrain first: what comes later is put on it.</extracomment>
        <translation>项目以只读方式打开，没有添加任何数据。</translation>
    </message>
</context>
<context>
    <name>JobRow</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Nothing to tell.</source>
        <translation>没有记录。</translation>
    </message>
</context>
<context>
    <name>JobState</name>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Partly done</source>
        <translation>部分完成</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>正在停止</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>还需 {0}</translation>
    </message>
    <message>
        <source>{0} left in all</source>
        <translation>全部完成还需{0}</translation>
    </message>
</context>
<context>
    <name>JobsPanel</name>
    <message>
        <source>No jobs. Imports and other long work appear here.</source>
        <translation>没有任务。导入等耗时工作会显示在这里。</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Left drag: turn about the point under the cursor</source>
        <translation>左键拖动：绕光标所指的点旋转</translation>
    </message>
    <message>
        <source>Right or middle drag: move along</source>
        <translation>右键或中键拖动：平移</translation>
    </message>
    <message>
        <source>Wheel: zoom to the cursor</source>
        <translation>滚轮：向光标处缩放</translation>
    </message>
    <message>
        <source>Double click: fly there</source>
        <translation>双击：飞到该处</translation>
    </message>
    <message>
        <source>W A S D: walk; E and Q: up and down</source>
        <translation>W A S D：行走；E 与 Q：上升与下降</translation>
    </message>
    <message>
        <source>1 to 9: saved views; Ctrl+1 to Ctrl+9 keeps one</source>
        <translation>1 至 9：已存视图；Ctrl+1 至 Ctrl+9：存下视图</translation>
    </message>
    <message>
        <source>Ctrl+K: command palette</source>
        <translation>Ctrl+K：命令面板</translation>
    </message>
    <message>
        <source>Mouse and keys</source>
        <translation>鼠标与按键</translation>
    </message>
    <message>
        <source>Ctrl or Shift with a click: select several</source>
        <translation>按住 Ctrl 或 Shift 单击：多选</translation>
    </message>
    <message>
        <source>F5, F6, F7: draw a point, a line, an area</source>
        <translation>F5、F6、F7：绘制点、线、面</translation>
    </message>
    <message>
        <source>F8: move, turn, scale; F9: edit corners</source>
        <translation>F8：移动、旋转、缩放；F9：编辑角点</translation>
    </message>
    <message>
        <source>Ctrl while drawing: do not snap</source>
        <translation>绘制时按住 Ctrl：不捕捉</translation>
    </message>
    <message>
        <source>Esc: leave measuring and drawing</source>
        <translation>Esc：退出量测和绘制</translation>
    </message>
    <message>
        <source>Esc: leave measuring</source>
        <translation>Esc：结束量测</translation>
    </message>
</context>
<context>
    <name>Kind</name>
    <message>
        <source>Point cloud</source>
        <translation>点云</translation>
    </message>
    <message>
        <source>Mesh</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>3D Tiles</source>
        <translation>3D Tiles</translation>
    </message>
    <message>
        <source>Building model</source>
        <translation>建筑信息模型</translation>
    </message>
    <message>
        <source>Vector</source>
        <translation>矢量</translation>
    </message>
    <message>
        <source>Raster</source>
        <translation>栅格</translation>
    </message>
    <message>
        <source>City model</source>
        <translation>城市模型</translation>
    </message>
    <message>
        <source>Road network</source>
        <translation>路网</translation>
    </message>
    <message>
        <source>Drawing</source>
        <translation>图纸</translation>
    </message>
    <message>
        <source>Photographs</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
</context>
<context>
    <name>LayersPanel</name>
    <message>
        <source>No layers yet. Drop files or folders anywhere on the window, or add them.</source>
        <translation>还没有图层。把文件或文件夹拖到窗口任意处，或点击添加。</translation>
    </message>
    <message>
        <source>Add data</source>
        <translation>添加数据</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Zoom to layer</source>
        <translation>缩放至图层</translation>
    </message>
    <message>
        <source>Colour by</source>
        <translation>着色方式</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Properties</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Remove layer</source>
        <translation>移除图层</translation>
    </message>
    <message>
        <source>Remove “{0}” and the entities that stand on it? Undo brings it back.</source>
        <translation>移除“{0}”及其上的实体？可用撤销恢复。</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>A fault of the program, nothing is lost: {0}; the details are on stderr</source>
        <translation>程序出错，数据没有丢失：{0}；详情见标准错误输出</translation>
    </message>
    <message>
        <source>Demo city</source>
        <translation>示范城市</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Entity</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>Entities</source>
        <translation>实体列表</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间轴</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>控制台</translation>
    </message>
    <message>
        <source>Drop to add</source>
        <translation>松开即可添加</translation>
    </message>
    <message>
        <source>Relations</source>
        <translation>关系</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Alarms</source>
        <translation>告警</translation>
    </message>
    <message>
        <source>Charts</source>
        <translation>图表</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Simulation</source>
        <translation>推演</translation>
    </message>
    <message>
        <source>Scenario</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Runs compared</source>
        <translation>推演比较</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Reconstruct</source>
        <translation>重建</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审核</translation>
    </message>
    <message>
        <source>Control points</source>
        <translation>控制点</translation>
    </message>
</context>
<context>
    <name>MeasureTool</name>
    <message>
        <source>Click the first point · Esc ends</source>
        <translation>单击第一个点 · Esc 结束</translation>
    </message>
    <message>
        <source>Distance {0} · level {1}</source>
        <translation>距离 {0} · 水平 {1}</translation>
    </message>
    <message>
        <source>Height difference {0} · level {1}</source>
        <translation>高差 {0} · 水平 {1}</translation>
    </message>
    <message>
        <source>Click three points or more · Esc ends</source>
        <translation>单击三个以上的点 · Esc 结束</translation>
    </message>
    <message>
        <source>Area {0} (level) · outline {1}</source>
        <translation>水平面积 {0} · 周长 {1}</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>File</source>
        <extracomment>Menus in order: title, and action ids, "-" for a separator.</extracomment>
        <translation>文件</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>量测</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>最近的项目</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Panels</source>
        <translation>面板</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Snapping</source>
        <translation>捕捉</translation>
    </message>
    <message>
        <source>Interface size</source>
        <translation>界面大小</translation>
    </message>
    <message>
        <source>Text and controls are shown at {0} % when Shapan is started again.</source>
        <translation>重新启动沙盘后，文字和控件将以 {0} % 显示。</translation>
    </message>
    <message>
        <source>Simulation</source>
        <translation>推演</translation>
    </message>
</context>
<context>
    <name>NorthArrow</name>
    <message>
        <source>N</source>
        <translation>北</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <source>BeiDou</source>
        <translation>北斗</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
    <message>
        <source>{0} min {1} s</source>
        <translation>{0} 分 {1} 秒</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} 小时 {1} 分</translation>
    </message>
    <message>
        <source>datum unknown</source>
        <translation>基准未知</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分钟</translation>
    </message>
    <message>
        <source>{0} h</source>
        <translation>{0} 小时</translation>
    </message>
    <message>
        <source>less than a second</source>
        <translation>不到 1 秒</translation>
    </message>
    <message>
        <source>about {0}</source>
        <translation>约 {0}</translation>
    </message>
</context>
<context>
    <name>Placement</name>
    <message>
        <source>Surveyed {0}</source>
        <translation>测绘于 {0}</translation>
    </message>
    <message>
        <source>Accuracy {0}</source>
        <translation>精度 {0}</translation>
    </message>
</context>
<context>
    <name>PlacementDialog</name>
    <message>
        <source>Place data</source>
        <translation>放置数据</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Coordinate reference system</source>
        <translation>坐标参考系</translation>
    </message>
    <message>
        <source>Project title</source>
        <translation>项目名称</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Project CRS</source>
        <translation>项目坐标系</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>放置</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Folder for the project</source>
        <translation>项目所在文件夹</translation>
    </message>
    <message numerus="yes">
        <source>%n to place</source>
        <translation><numerusform>%n 项待放置</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n at the origin, as no CRS is stated</source>
        <translation>
            <numerusform>%n 个未注明坐标参考系，置于原点</numerusform>
        </translation>
    </message>
    <message>
        <source>States no CRS: local metres at the project's origin</source>
        <translation>未注明坐标参考系：按本地坐标（米）置于项目原点</translation>
    </message>
    <message numerus="yes">
        <source>%n need(s) a CRS</source>
        <translation><numerusform>%n 项需指定坐标系</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n cannot be read</source>
        <translation><numerusform>%n 项无法读取</numerusform></translation>
    </message>
    <message>
        <source>Looking into it…</source>
        <translation>正在查看…</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>The source states no CRS. Say where it belongs.</source>
        <translation>来源没有说明坐标系，请指定它的位置。</translation>
    </message>
    <message>
        <source>As stated: {0}</source>
        <translation>按来源：{0}</translation>
    </message>
    <message>
        <source>The project's: {0}</source>
        <translation>按项目：{0}</translation>
    </message>
    <message>
        <source>{0} by {1}</source>
        <translation>{0} × {1}</translation>
    </message>
    <message>
        <source>{0} from the middle of the project</source>
        <translation>距项目中心 {0}</translation>
    </message>
</context>
<context>
    <name>Quality</name>
    <message>
        <source>Software OpenGL: anti-aliasing, shadows and eye-dome lighting are off</source>
        <translation>软件 OpenGL：抗锯齿、阴影与点云明暗增强已关闭</translation>
    </message>
    <message>
        <source>Detail is reduced to keep the frame within its budget</source>
        <translation>为保持帧时间，已降低细节</translation>
    </message>
</context>
<context>
    <name>Relation</name>
    <message>
        <source>Contains</source>
        <translation>包含</translation>
    </message>
    <message>
        <source>Is made of</source>
        <translation>组成部分</translation>
    </message>
    <message>
        <source>Connects to</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Feeds</source>
        <translation>供给</translation>
    </message>
    <message>
        <source>Lies next to</source>
        <translation>相邻</translation>
    </message>
    <message>
        <source>Has an opening</source>
        <translation>开有洞口</translation>
    </message>
    <message>
        <source>Fills</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>Bounds</source>
        <translation>界定</translation>
    </message>
    <message>
        <source>Serves</source>
        <translation>服务于</translation>
    </message>
    <message>
        <source>Lies in</source>
        <translation>位于</translation>
    </message>
    <message>
        <source>Is part of</source>
        <translation>隶属于</translation>
    </message>
    <message>
        <source>Is fed by</source>
        <translation>由其供给</translation>
    </message>
    <message>
        <source>Is an opening of</source>
        <translation>是其洞口</translation>
    </message>
    <message>
        <source>Is filled by</source>
        <translation>由其填充</translation>
    </message>
    <message>
        <source>Is bounded by</source>
        <translation>由其界定</translation>
    </message>
    <message>
        <source>Is served by</source>
        <translation>由其服务</translation>
    </message>
</context>
<context>
    <name>RelationGraph</name>
    <message>
        <source>and {0} more</source>
        <translation>另有 {0} 个</translation>
    </message>
</context>
<context>
    <name>Role</name>
    <message>
        <source>Points</source>
        <translation>点云</translation>
    </message>
    <message>
        <source>Surfaces</source>
        <translation>表面</translation>
    </message>
    <message>
        <source>Terrain</source>
        <translation>地形</translation>
    </message>
    <message>
        <source>Imagery</source>
        <translation>影像</translation>
    </message>
    <message>
        <source>Draped on terrain</source>
        <translation>贴地</translation>
    </message>
    <message>
        <source>Symbols</source>
        <translation>符号</translation>
    </message>
    <message>
        <source>Table, not drawn</source>
        <translation>表格，不显示</translation>
    </message>
</context>
<context>
    <name>SceneInteraction</name>
    <message>
        <source>View {0} is empty; Ctrl+{0} keeps the present one there.</source>
        <extracomment>Half the width of what a flight to an entity without bounds shows, in metres.</extracomment>
        <translation>视图 {0} 为空；按 Ctrl+{0} 存下当前视图。</translation>
    </message>
    <message>
        <source>It did not exist then.</source>
        <translation>当时尚不存在。</translation>
    </message>
    <message>
        <source>Moves; not an entity of this project</source>
        <translation>移动目标，不是本项目的实体</translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>Reason: {0}</source>
        <translation>原因：{0}</translation>
    </message>
    <message>
        <source>Noted with each change: {0}</source>
        <translation>每次修改都会记下：{0}</translation>
    </message>
    <message>
        <source>Time to draw one frame</source>
        <translation>绘制一帧的时间</translation>
    </message>
    <message numerus="yes">
        <source>%n drawing problem(s)</source>
        <translation><numerusform>%n 处绘制问题</numerusform></translation>
    </message>
    <message>
        <source>CRS of its own</source>
        <translation>自定义坐标系</translation>
    </message>
    <message numerus="yes">
        <source>%n tile(s) loading</source>
        <translation><numerusform>正在载入 %n 块</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n tile(s)</source>
        <translation><numerusform>%n 块瓦片</numerusform></translation>
    </message>
    <message>
        <source>Memory of loaded tiles, and its ceiling</source>
        <translation>已载入瓦片的内存及上限</translation>
    </message>
    <message>
        <source>simplified</source>
        <translation>已简化</translation>
    </message>
    <message numerus="yes">
        <source>%n job(s)</source>
        <translation><numerusform>%n 项任务</numerusform></translation>
    </message>
    <message>
        <source>height datum unknown</source>
        <translation>高程基准未知</translation>
    </message>
    <message>
        <source>read-only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>Saved · last: {0}</source>
        <translation>已保存 · 最近：{0}</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
</context>
<context>
    <name>TimelinePanel</name>
    <message>
        <source>Now</source>
        <extracomment>Playing goes through the whole span in this many steps.</extracomment>
        <translation>当前</translation>
    </message>
    <message>
        <source>Show everything as it is now</source>
        <translation>显示当前状态</translation>
    </message>
    <message>
        <source>Previous survey</source>
        <translation>上一期测绘</translation>
    </message>
    <message>
        <source>Play through the surveys</source>
        <translation>逐期播放</translation>
    </message>
    <message>
        <source>Next survey</source>
        <translation>下一期测绘</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间轴</translation>
    </message>
    <message>
        <source>as of now</source>
        <translation>截至当前</translation>
    </message>
    <message>
        <source>Compare two instants</source>
        <translation>比较两个时刻</translation>
    </message>
    <message>
        <source>Previous survey or edit</source>
        <translation>上一次测绘或编辑</translation>
    </message>
    <message>
        <source>Next survey or edit</source>
        <translation>下一次测绘或编辑</translation>
    </message>
    <message>
        <source>Play through time</source>
        <translation>沿时间播放</translation>
    </message>
    <message>
        <source>By recorded time: as it was known on a day, whatever was found out about that day later</source>
        <translation>按记录时间：显示当时所知的状态，不含事后补录的内容</translation>
    </message>
    <message>
        <source>Simulated seconds a second</source>
        <translation>每秒推演的秒数</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Search entities, codes, places, commands</source>
        <translation>搜索实体、编码、地点、命令</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>命令面板</translation>
    </message>
    <message>
        <source>read-only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
</context>
<context>
    <name>Unit</name>
    <message>
        <source>points</source>
        <translation>点</translation>
    </message>
    <message>
        <source>triangles</source>
        <translation>三角形</translation>
    </message>
    <message>
        <source>vertices</source>
        <translation>顶点</translation>
    </message>
    <message>
        <source>features</source>
        <translation>要素</translation>
    </message>
    <message>
        <source>objects</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>entities</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>relations</source>
        <translation>关系</translation>
    </message>
    <message>
        <source>tiles</source>
        <translation>瓦片</translation>
    </message>
    <message>
        <source>images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>像素</translation>
    </message>
    <message>
        <source>lanes</source>
        <translation>车道</translation>
    </message>
    <message>
        <source>rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>shapes</source>
        <translation>形体</translation>
    </message>
    <message>
        <source>nodes</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>ways</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>buildings</source>
        <translation>建筑</translation>
    </message>
    <message>
        <source>layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>步</translation>
    </message>
    <message>
        <source>products</source>
        <translation>构件</translation>
    </message>
    <message>
        <source>sources</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>blocks</source>
        <translation>块</translation>
    </message>
    <message>
        <source>tables</source>
        <translation>张表</translation>
    </message>
    <message>
        <source>storeys</source>
        <translation>个楼层</translation>
    </message>
    <message>
        <source>spaces</source>
        <translation>个房间</translation>
    </message>
    <message>
        <source>instances</source>
        <translation>个实例</translation>
    </message>
    <message>
        <source>pairs</source>
        <translation>对</translation>
    </message>
    <message>
        <source>candidates</source>
        <translation>候选</translation>
    </message>
    <message>
        <source>photos</source>
        <translation>张照片</translation>
    </message>
    <message>
        <source>rounds</source>
        <translation>轮</translation>
    </message>
    <message>
        <source>simulated seconds</source>
        <translation>推演秒</translation>
    </message>
</context>
<context>
    <name>_NewProjectDialog</name>
    <message>
        <source>New project</source>
        <translation>新建项目</translation>
    </message>
    <message>
        <source>Project title</source>
        <translation>项目名称</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Project CRS</source>
        <translation>项目坐标系</translation>
    </message>
    <message>
        <source>Make project</source>
        <translation>创建项目</translation>
    </message>
    <message>
        <source>New city</source>
        <translation>新城市</translation>
    </message>
    <message>
        <source>A projected CRS in metres; all data is brought into it.</source>
        <translation>以米为单位的投影坐标系；所有数据都会转换到其中。</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Folder for the project</source>
        <translation>项目所在文件夹</translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>This is needed</source>
        <translation>此项必填</translation>
    </message>
    <message>
        <source>Only {0} to {1}</source>
        <translation>只能在 {0} 到 {1} 之间</translation>
    </message>
    <message>
        <source>Not less than {0}</source>
        <translation>不能小于 {0}</translation>
    </message>
    <message>
        <source>Not more than {0}</source>
        <translation>不能大于 {0}</translation>
    </message>
    <message>
        <source>This has no unit</source>
        <translation>此项没有单位</translation>
    </message>
    <message>
        <source>Not a unit of this quantity; it is in {0}</source>
        <translation>单位不符，此项单位为 {0}</translation>
    </message>
    <message>
        <source>Not one of the choices</source>
        <translation>不在可选项之内</translation>
    </message>
    <message>
        <source>Not a number</source>
        <translation>不是数字</translation>
    </message>
    <message>
        <source>Not a whole number</source>
        <translation>不是整数</translation>
    </message>
    <message>
        <source>Not a date such as 2024-05-31</source>
        <translation>不是日期，应如 2024-05-31</translation>
    </message>
    <message>
        <source>Not a time such as 2024-05-31T08:00:00Z</source>
        <translation>不是时刻，应如 2024-05-31T08:00:00Z</translation>
    </message>
    <message>
        <source>Not a time of day such as 08:30</source>
        <translation>不是时间，应如 08:30</translation>
    </message>
    <message>
        <source>Not a duration such as P1DT2H</source>
        <translation>不是时长，应如 P1DT2H</translation>
    </message>
    <message>
        <source>Only yes or no</source>
        <translation>只能是“是”或“否”</translation>
    </message>
</context>
<context>
    <name>EntityHistory</name>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Undo: {0}</source>
        <translation>撤销：{0}</translation>
    </message>
    <message>
        <source>Redo: {0}</source>
        <translation>重做：{0}</translation>
    </message>
    <message>
        <source>undone</source>
        <translation>已撤销</translation>
    </message>
    <message>
        <source>Show as of then</source>
        <translation>查看当时</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>另有 {0} 项</translation>
    </message>
    <message>
        <source>Geometry changed</source>
        <translation>几何已更改</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>已更正</translation>
    </message>
</context>
<context>
    <name>TypePicker</name>
    <message>
        <source>Search types</source>
        <translation>搜索类型</translation>
    </message>
    <message>
        <source>Entity types</source>
        <translation>实体类型</translation>
    </message>
    <message>
        <source>No such type</source>
        <translation>没有这种类型</translation>
    </message>
</context>
<context>
    <name>EntityHeader</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Choose another type</source>
        <translation>更换类型</translation>
    </message>
</context>
<context>
    <name>AboutPage</name>
    <message>
        <source>Contributes</source>
        <translation>提供</translation>
    </message>
    <message>
        <source>Permissions</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>: </source>
        <translation>：</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
</context>
<context>
    <name>GrantDialog</name>
    <message>
        <source>Allow</source>
        <translation>允许</translation>
    </message>
    <message>
        <source>Permissions</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>“{0}” asks to</source>
        <translation>“{0}”请求</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
</context>
<context>
    <name>Permissions</name>
    <message>
        <source>Change the project; every change can be undone</source>
        <translation>更改项目；每次更改都可撤销</translation>
    </message>
    <message>
        <source>Connect to {0}</source>
        <translation>连接到 {0}</translation>
    </message>
    <message>
        <source>It asks for no permissions.</source>
        <translation>它不请求任何权限。</translation>
    </message>
    <message>
        <source>Its panels and commands run in the window's own process, where nothing is enforced: enable plugins of people you trust.</source>
        <translation>它的面板和命令在窗口自身的进程中运行，那里不作任何强制限制：请只启用您信任的人的插件。</translation>
    </message>
    <message>
        <source>Its workers: files, programs and TCP ports are enforced by the kernel (Landlock {0}); names of hosts and UDP are checked for Python code only.</source>
        <translation>它的工作进程：文件、程序和 TCP 端口由内核强制限制（Landlock {0}）；主机名和 UDP 只对 Python 代码检查。</translation>
    </message>
    <message>
        <source>Its workers: this system has no Landlock, so files, hosts and programs are checked for Python code only; native code of the plugin passes by.</source>
        <translation>它的工作进程：此系统没有 Landlock，因此文件、主机和程序只对 Python 代码检查；插件的本机代码不受限制。</translation>
    </message>
    <message>
        <source>Raise alarms</source>
        <translation>发出告警</translation>
    </message>
    <message>
        <source>Read files in {0}</source>
        <translation>读取 {0} 中的文件</translation>
    </message>
    <message>
        <source>Run the program {0}</source>
        <translation>运行程序 {0}</translation>
    </message>
    <message>
        <source>Write files in {0}</source>
        <translation>写入 {0} 中的文件</translation>
    </message>
</context>
<context>
    <name>PluginHub</name>
    <message>
        <source>Install {0}</source>
        <translation>安装 {0}</translation>
    </message>
    <message>
        <source>Safe mode: no plugin runs. The Plugins dialog says which there are.</source>
        <translation>安全模式：不运行任何插件。插件对话框列出了已有的插件。</translation>
    </message>
    <message>
        <source>The plugin {0} blocked the window and was disabled: {1}</source>
        <translation>插件 {0} 阻塞了窗口，已被停用：{1}</translation>
    </message>
    <message>
        <source>The plugin {0} held the window for {1} s at {2}; it can be disabled in the Plugins dialog.</source>
        <translation>插件 {0} 在 {2} 处占用窗口 {1} 秒；可在插件对话框中停用它。</translation>
    </message>
    <message>
        <source>The plugin {0} asks for permissions and does not run before.</source>
        <translation>插件 {0} 请求权限，允许之前不会运行。</translation>
    </message>
    <message>
        <source>Look at them…</source>
        <translation>查看权限…</translation>
    </message>
</context>
<context>
    <name>PluginKind</name>
    <message>
        <source>Analysis</source>
        <translation>分析</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Connector</source>
        <translation>连接器</translation>
    </message>
    <message>
        <source>Entity types</source>
        <translation>实体类型</translation>
    </message>
    <message>
        <source>Exporter</source>
        <translation>导出器</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>叠加层</translation>
    </message>
    <message>
        <source>Panel</source>
        <translation>面板</translation>
    </message>
    <message>
        <source>Reader</source>
        <translation>读取器</translation>
    </message>
    <message>
        <source>Rule function</source>
        <translation>规则函数</translation>
    </message>
    <message>
        <source>Simulator</source>
        <translation>仿真器</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Worker</source>
        <translation>工作进程</translation>
    </message>
    <message>
        <source>Symbol</source>
        <translation>符号</translation>
    </message>
    <message>
        <source>Code table</source>
        <translation>编码表</translation>
    </message>
</context>
<context>
    <name>PluginSource</name>
    <message>
        <source>A package of this environment</source>
        <translation>此环境中的软件包</translation>
    </message>
    <message>
        <source>Comes with Shapan</source>
        <translation>沙盘自带</translation>
    </message>
    <message>
        <source>In development</source>
        <translation>开发中</translation>
    </message>
    <message>
        <source>Installed here</source>
        <translation>在此安装</translation>
    </message>
</context>
<context>
    <name>PluginStatus</name>
    <message>
        <source>Asks for permission</source>
        <translation>请求权限</translation>
    </message>
    <message>
        <source>Cannot be used</source>
        <translation>无法使用</translation>
    </message>
    <message>
        <source>Disabled</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Off: safe mode</source>
        <translation>关闭：安全模式</translation>
    </message>
    <message>
        <source>Quarantined</source>
        <translation>已隔离</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>运行中</translation>
    </message>
</context>
<context>
    <name>PluginsDialog</name>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
    <message>
        <source>By name from the package index…</source>
        <translation>按名称从软件包索引…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Disable</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Enable</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Folder in development</source>
        <translation>开发文件夹</translation>
    </message>
    <message>
        <source>From a project folder…</source>
        <translation>从项目文件夹…</translation>
    </message>
    <message>
        <source>From a wheel file…</source>
        <translation>从 wheel 文件…</translation>
    </message>
    <message>
        <source>Install</source>
        <translation>安装</translation>
    </message>
    <message>
        <source>Install a plugin</source>
        <translation>安装插件</translation>
    </message>
    <message>
        <source>Installing {0}…</source>
        <translation>正在安装 {0}…</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Name of the package</source>
        <translation>软件包名称</translation>
    </message>
    <message>
        <source>No plugins yet. Install one from a wheel, a folder or the index, or begin your own with “shapan plugins new”.</source>
        <translation>还没有插件。可从 wheel 文件、文件夹或索引安装，或用“shapan plugins new”编写自己的插件。</translation>
    </message>
    <message>
        <source>Permissions…</source>
        <translation>权限…</translation>
    </message>
    <message>
        <source>Plugins</source>
        <translation>插件</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>进程</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>重新加载</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove the plugin?</source>
        <translation>移除插件？</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Update…</source>
        <translation>更新…</translation>
    </message>
    <message>
        <source>Use a folder in development…</source>
        <translation>使用开发文件夹…</translation>
    </message>
    <message>
        <source>{0} {1} is installed.</source>
        <translation>已安装 {0} {1}。</translation>
    </message>
    <message>
        <source>“{0}” is removed from this computer. What it keeps in projects stays there.</source>
        <translation>将从此计算机移除“{0}”。它保存在项目中的内容会保留。</translation>
    </message>
    <message>
        <source>It does not run before you have looked at what it asks for and allowed it.</source>
        <translation>查看并允许它请求的权限之后，它才会运行。</translation>
    </message>
    <message>
        <source>{0} is removed.</source>
        <translation>已移除 {0}。</translation>
    </message>
</context>
<context>
    <name>SettingsForm</name>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Kept in the keyring of the system.</source>
        <translation>保存在系统钥匙串中。</translation>
    </message>
    <message>
        <source>There is no keyring here: secrets are kept in {0}, which only your account can read.</source>
        <translation>此处没有系统钥匙串：密钥保存在 {0} 中，仅当前账户可读取。</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>It has no settings.</source>
        <translation>它没有设置。</translation>
    </message>
</context>
<context>
    <name>WorkerState</name>
    <message>
        <source>About to restart</source>
        <translation>即将重启</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>Not running</source>
        <translation>未运行</translation>
    </message>
    <message>
        <source>Quarantined</source>
        <translation>已隔离</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>正在启动</translation>
    </message>
</context>
<context>
    <name>WorkersPage</name>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Process</source>
        <translation>进程</translation>
    </message>
    <message>
        <source>Restarts</source>
        <translation>重启次数</translation>
    </message>
    <message>
        <source>Samples/s</source>
        <translation>样本/秒</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
</context>
<context>
    <name>_Failure</name>
    <message>
        <source>Disable plugin</source>
        <translation>停用插件</translation>
    </message>
    <message>
        <source>Only this panel is closed; the window and the project go on as they were.</source>
        <translation>只关闭了此面板；窗口和项目照常运行。</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>重新加载</translation>
    </message>
    <message>
        <source>Traceback</source>
        <translation>回溯信息</translation>
    </message>
</context>
<context>
    <name>DrawnEntities</name>
    <message>
        <source>More than {0} entities stand for themselves; the others are not drawn.</source>
        <translation>没有图层承载的实体超过 {0} 个，其余的未绘制。</translation>
    </message>
</context>
<context>
    <name>DrawTool</name>
    <message>
        <source>Draw a point</source>
        <translation>绘制点</translation>
    </message>
    <message>
        <source>Draw a line</source>
        <translation>绘制线</translation>
    </message>
    <message>
        <source>Draw an area</source>
        <translation>绘制面</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Choose a type</source>
        <translation>选择类型</translation>
    </message>
    <message>
        <source>Choose a type first</source>
        <translation>请先选择类型</translation>
    </message>
    <message>
        <source>Click where it stands · Esc ends</source>
        <translation>单击放置位置 · Esc 结束</translation>
    </message>
    <message>
        <source>Click points · Enter finishes · Backspace takes back · Esc ends</source>
        <translation>单击添加点 · Enter 完成 · Backspace 撤回 · Esc 结束</translation>
    </message>
    <message>
        <source>Length {0} · last {1}</source>
        <translation>长度 {0} · 末段 {1}</translation>
    </message>
    <message>
        <source>Area {0} · outline {1} · height {2}</source>
        <translation>面积 {0} · 周长 {1} · 高度 {2}</translation>
    </message>
    <message>
        <source>Area {0} · outline {1}</source>
        <translation>面积 {0} · 周长 {1}</translation>
    </message>
    <message>
        <source>The outline crosses itself or encloses nothing</source>
        <translation>轮廓自相交或没有围成面积</translation>
    </message>
    <message>
        <source>An area needs three corners</source>
        <translation>面至少需要三个角点</translation>
    </message>
    <message>
        <source>A line needs two points</source>
        <translation>线至少需要两个点</translation>
    </message>
    <message>
        <source>A point needs a place</source>
        <translation>点需要一个位置</translation>
    </message>
    <message>
        <source>The height is no number</source>
        <translation>高度不是数字</translation>
    </message>
</context>
<context>
    <name>EditBar</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Step of the grid</source>
        <translation>格网间距</translation>
    </message>
    <message>
        <source>{0} (hold Ctrl to suspend)</source>
        <translation>{0}（按住 Ctrl 暂停）</translation>
    </message>
</context>
<context>
    <name>Snapping</name>
    <message>
        <source>Corner of {0}</source>
        <translation>{0} 的角点</translation>
    </message>
    <message>
        <source>Corner</source>
        <translation>角点</translation>
    </message>
    <message>
        <source>Edge of {0}</source>
        <translation>{0} 的边</translation>
    </message>
    <message>
        <source>Edge</source>
        <translation>边</translation>
    </message>
    <message>
        <source>Point</source>
        <translation>点</translation>
    </message>
    <message>
        <source>Grid {0}</source>
        <translation>格网 {0}</translation>
    </message>
    <message>
        <source>Surface</source>
        <translation>表面</translation>
    </message>
    <message>
        <source>Snap to corners</source>
        <translation>捕捉角点</translation>
    </message>
    <message>
        <source>Snap to edges</source>
        <translation>捕捉边</translation>
    </message>
    <message>
        <source>Snap to points of clouds</source>
        <translation>捕捉点云的点</translation>
    </message>
    <message>
        <source>Snap to surfaces</source>
        <translation>捕捉表面</translation>
    </message>
    <message>
        <source>Snap to the grid</source>
        <translation>捕捉格网</translation>
    </message>
</context>
<context>
    <name>TransformTool</name>
    <message>
        <source>East</source>
        <translation>东</translation>
    </message>
    <message>
        <source>North</source>
        <translation>北</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上</translation>
    </message>
    <message>
        <source>Turn</source>
        <translation>旋转</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Move, turn, scale</source>
        <translation>移动、旋转、缩放</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>That is no number</source>
        <translation>这不是数字</translation>
    </message>
    <message>
        <source>E</source>
        <translation>东</translation>
    </message>
    <message>
        <source>N</source>
        <translation>北</translation>
    </message>
    <message>
        <source>Turned by {0}°</source>
        <translation>旋转 {0}°</translation>
    </message>
    <message>
        <source>Scaled by {0}</source>
        <translation>缩放 {0} 倍</translation>
    </message>
    <message>
        <source>East {0} · north {1} · up {2}</source>
        <translation>东 {0} · 北 {1} · 上 {2}</translation>
    </message>
    <message>
        <source>Select entities that have a place</source>
        <translation>请选择有位置的实体</translation>
    </message>
</context>
<context>
    <name>CornersTool</name>
    <message>
        <source>Edit corners</source>
        <translation>编辑角点</translation>
    </message>
    <message>
        <source>Drag a corner, or the middle of an edge for a new one · Delete removes</source>
        <translation>拖动角点；拖动边的中点可新增角点 · Delete 删除</translation>
    </message>
    <message>
        <source>Select one entity with a line or an outline of its own</source>
        <translation>请选择一个有自身线或轮廓的实体</translation>
    </message>
    <message>
        <source>Click the corner to remove first</source>
        <translation>请先单击要删除的角点</translation>
    </message>
    <message>
        <source>Area {0} · outline {1}</source>
        <translation>面积 {0} · 周长 {1}</translation>
    </message>
    <message>
        <source>Length {0}</source>
        <translation>长度 {0}</translation>
    </message>
    <message>
        <source>An area needs three corners, a line two</source>
        <translation>面至少三个角点，线至少两个</translation>
    </message>
    <message>
        <source>The outline would cross itself</source>
        <translation>轮廓会自相交</translation>
    </message>
</context>
<context>
    <name>CutTool</name>
    <message>
        <source>Split an outline</source>
        <translation>拆分轮廓</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>拆分</translation>
    </message>
    <message>
        <source>Draw the line right across the outline, from side to side</source>
        <translation>请让线横穿整个轮廓，从一边到另一边</translation>
    </message>
    <message>
        <source>Click on one side, then on the other · Esc ends</source>
        <translation>先单击一侧，再单击另一侧 · Esc 结束</translation>
    </message>
    <message>
        <source>Enter splits · Backspace takes back · Esc ends</source>
        <translation>Enter 拆分 · Backspace 撤回 · Esc 结束</translation>
    </message>
</context>
<context>
    <name>AttachTool</name>
    <message>
        <source>Attach “{0}”</source>
        <translation>关联“{0}”</translation>
    </message>
    <message>
        <source>Click what stands for it in the scene · Esc ends</source>
        <translation>在场景中单击代表它的对象 · Esc 结束</translation>
    </message>
    <message>
        <source>There is no single thing of a layer here; click another one</source>
        <translation>此处没有图层中的单个对象，请单击别处</translation>
    </message>
    <message>
        <source>It stands for it already</source>
        <translation>它已经代表该实体</translation>
    </message>
    <message>
        <source>This stands for “{0}” now. “{0}” stays, without a shape in the scene.</source>
        <translation>它目前代表“{0}”。“{0}”会保留，但在场景中不再有形状。</translation>
    </message>
    <message>
        <source>Attach</source>
        <translation>关联</translation>
    </message>
    <message>
        <source>Attach it anyway?</source>
        <translation>仍要关联吗？</translation>
    </message>
</context>
<context>
    <name>AssignDialog</name>
    <message>
        <source>Assign values by query</source>
        <translation>按查询批量赋值</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>查询</translation>
    </message>
    <message>
        <source>Attribute</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在计数…</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Choose a type</source>
        <translation>选择类型</translation>
    </message>
    <message>
        <source>Assign {0}</source>
        <translation>为“{0}”赋值</translation>
    </message>
    <message>
        <source>{0} entities changed</source>
        <translation>已更改 {0} 个实体</translation>
    </message>
    <message>
        <source>Only what is so now can be changed</source>
        <translation>只能更改当前状态</translation>
    </message>
    <message>
        <source>Yes, all entities of the project</source>
        <translation>是，项目中的全部实体</translation>
    </message>
    <message>
        <source>Remove the value instead</source>
        <translation>改为清除该值</translation>
    </message>
    <message>
        <source>no condition means all of them</source>
        <translation>未写条件即为全部</translation>
    </message>
    <message>
        <source>Such as:</source>
        <translation>例如：</translation>
    </message>
    <message numerus="yes">
        <source>%Ln entity(ies) found</source>
        <translation><numerusform>找到 %Ln 个实体</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>Assign to %Ln entity(ies)</source>
        <translation><numerusform>赋值给 %Ln 个实体</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>Remove from %Ln entity(ies)</source>
        <translation><numerusform>从 %Ln 个实体中清除</numerusform></translation>
    </message>
</context>
<context>
    <name>Stage</name>
    <message>
        <source>Assigning values</source>
        <translation>正在赋值</translation>
    </message>
    <message>
        <source>Writing entities</source>
        <translation>正在写入实体</translation>
    </message>
</context>
<context>
    <name>EntityEditing</name>
    <message>
        <source>These outlines do not all touch; only neighbours can be merged.</source>
        <translation>这些轮廓没有全部相接，只有相邻的才能合并。</translation>
    </message>
</context>
<context>
    <name>GraphView</name>
    <message>
        <source>Relate {0} and {1}</source>
        <translation>建立 {0} 与 {1} 的关系</translation>
    </message>
    <message>
        <source>Drop on another entity to relate them, on empty ground to move it</source>
        <translation>放到另一实体上建立关系，放到空白处则移动</translation>
    </message>
</context>
<context>
    <name>RelationForm</name>
    <message>
        <source>in place of {0}</source>
        <translation>取代 {0}</translation>
    </message>
    <message>
        <source>leads to {0} only</source>
        <translation>只能指向{0}</translation>
    </message>
    <message>
        <source>the first may have {0} of them at most</source>
        <translation>前者最多只能有 {0} 个</translation>
    </message>
    <message>
        <source>the second may have {0} of them at most</source>
        <translation>后者最多只能有 {0} 个</translation>
    </message>
    <message>
        <source>is there already</source>
        <translation>已存在</translation>
    </message>
    <message>
        <source>Edit relation</source>
        <translation>编辑关系</translation>
    </message>
    <message>
        <source>Relate entities</source>
        <translation>建立关系</translation>
    </message>
    <message>
        <source>The other way round</source>
        <translation>调换方向</translation>
    </message>
    <message>
        <source>Kind of relation</source>
        <translation>关系种类</translation>
    </message>
    <message>
        <source>always</source>
        <translation>一直</translation>
    </message>
    <message>
        <source>further notice</source>
        <translation>长期</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Relate</source>
        <translation>建立</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Holds since</source>
        <translation>起始时间</translation>
    </message>
    <message>
        <source>Holds until</source>
        <translation>终止时间</translation>
    </message>
    <message>
        <source>The types of these two allow no relation this way.</source>
        <translation>这两类实体之间在此方向上不允许建立关系。</translation>
    </message>
    <message>
        <source>Times are written as 2026-03-01 or 2026-03-01 08:30; the end is later.</source>
        <translation>时间写作 2026-03-01 或 2026-03-01 08:30，终止须晚于起始。</translation>
    </message>
    <message>
        <source>the second contains the first already: {0}</source>
        <translation>后者已包含前者：{0}</translation>
    </message>
</context>
<context>
    <name>RelationEditing</name>
    <message>
        <source>This is how it was then: go back to now to edit.</source>
        <translation>这是当时的状态：回到现在才能编辑。</translation>
    </message>
    <message>
        <source>The project is open for reading only.</source>
        <translation>项目以只读方式打开。</translation>
    </message>
    <message>
        <source>The types of {0} and {1} allow no relation between them.</source>
        <translation>{0} 与 {1} 的类型之间不允许建立任何关系。</translation>
    </message>
    <message>
        <source>It follows from geometry: move what it relates instead.</source>
        <translation>该关系由几何计算得出：请移动相关实体。</translation>
    </message>
    <message>
        <source>Remove “{0} · {1} · {2}”? Both entities stay.</source>
        <translation>删除“{0} · {1} · {2}”？两端实体保留。</translation>
    </message>
</context>
<context>
    <name>RelationsPanel</name>
    <message>
        <source>Follow what is selected elsewhere</source>
        <translation>跟随别处的选择</translation>
    </message>
    <message>
        <source>Show more neighbours (Space)</source>
        <translation>展开更多相邻实体（空格）</translation>
    </message>
    <message>
        <source>Leave out of the graph</source>
        <translation>从图中移去</translation>
    </message>
    <message>
        <source>Path to another entity</source>
        <translation>查找到另一实体的路径</translation>
    </message>
    <message>
        <source>Impact: what depends on what</source>
        <translation>影响分析：谁依赖谁</translation>
    </message>
    <message>
        <source>Arrange anew</source>
        <translation>重新布局</translation>
    </message>
    <message>
        <source>Show everything (F)</source>
        <translation>显示全部（F）</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>What its failure affects</source>
        <translation>它失效会影响什么</translation>
    </message>
    <message>
        <source>What feeds it, upstream</source>
        <translation>上游：由什么供给</translation>
    </message>
    <message>
        <source>What it feeds, downstream</source>
        <translation>下游：供给什么</translation>
    </message>
    <message>
        <source>What is inside it</source>
        <translation>内部包含什么</translation>
    </message>
    <message>
        <source>Relations graph</source>
        <translation>关系图</translation>
    </message>
    <message>
        <source>Select something to see what it is related to, or drag entities here from the list. Drag from one to another to relate them.</source>
        <translation>选择一个实体以查看与它相关的实体，或从列表把实体拖到这里。从一个实体拖到另一个即可建立关系。</translation>
    </message>
    <message>
        <source>Computed from geometry</source>
        <translation>由几何计算</translation>
    </message>
    <message numerus="yes">
        <source>%n relation(s) lead from one to the other</source>
        <translation><numerusform>两者之间经过 %n 个关系</numerusform></translation>
    </message>
    <message>
        <source>No relations lead from one to the other.</source>
        <translation>两者之间没有关系相连。</translation>
    </message>
    <message>
        <source>Upstream: {0}</source>
        <translation>上游：{0}</translation>
    </message>
    <message>
        <source>Downstream: {0}</source>
        <translation>下游：{0}</translation>
    </message>
    <message>
        <source>Inside: {0}</source>
        <translation>内部：{0}</translation>
    </message>
    <message>
        <source>Affected: {0}, of which {1} are fed by nothing else</source>
        <translation>受影响：{0}，其中 {1} 个再无其他供给</translation>
    </message>
    <message>
        <source>{0} more are marked in the scene only</source>
        <translation>另有 {0} 个仅在场景中标出</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Choose the other end: in the graph, the scene or the list.</source>
        <translation>请选择另一端：在图、场景或列表中均可。</translation>
    </message>
    <message>
        <source>and {0} more neighbours</source>
        <translation>还有 {0} 个相邻实体</translation>
    </message>
    <message>
        <source>since {0}</source>
        <translation>自 {0}</translation>
    </message>
    <message>
        <source>until {0}</source>
        <translation>至 {0}</translation>
    </message>
    <message>
        <source>computed from geometry</source>
        <translation>由几何计算</translation>
    </message>
    <message>
        <source>Filter by kind of relation and by type</source>
        <translation>按关系种类和实体类型筛选</translation>
    </message>
    <message>
        <source>Show the graph large</source>
        <translation>放大显示关系图</translation>
    </message>
    <message>
        <source>As it was on {0}, the earlier instant</source>
        <translation>{0}（较早时刻）的状态</translation>
    </message>
</context>
<context>
    <name>TimeAxis</name>
    <message>
        <source>{0} edits, the last of them:</source>
        <translation>{0} 次编辑，最近一次：</translation>
    </message>
</context>
<context>
    <name>Comparison</name>
    <message>
        <source>Added</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>变更</translation>
    </message>
    <message>
        <source>Nothing that has a name</source>
        <translation>没有可列出的差异</translation>
    </message>
</context>
<context>
    <name>ComparisonPanel</name>
    <message>
        <source>Swipe: A on the left, B on the right</source>
        <translation>卷帘：左侧为 A，右侧为 B</translation>
    </message>
    <message>
        <source>Compare no more</source>
        <translation>结束比较</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>Press Compare beside the timeline to see what differs between two times.</source>
        <translation>按时间轴旁的“比较”，查看两个时刻之间的差异。</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>正在比较…</translation>
    </message>
    <message>
        <source>Nothing differs.</source>
        <translation>没有差异。</translation>
    </message>
    <message>
        <source>Side by side: A on the left, B on the right</source>
        <translation>并排：左侧为 A，右侧为 B</translation>
    </message>
</context>
<context>
    <name>Swipe</name>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>Divider between A and B</source>
        <translation>A 与 B 之间的分隔线</translation>
    </message>
</context>
<context>
    <name>DraftTable</name>
    <message>
        <source>Inherited from {0}</source>
        <translation>继承自{0}</translation>
    </message>
</context>
<context>
    <name>TypesTree</name>
    <message>
        <source>Search types</source>
        <translation>搜索类型</translation>
    </message>
    <message>
        <source>Entity types</source>
        <translation>实体类型</translation>
    </message>
    <message>
        <source>Of this project</source>
        <translation>本项目的类型</translation>
    </message>
</context>
<context>
    <name>TypesEditor</name>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>Yes or no</source>
        <translation>是或否</translation>
    </message>
    <message>
        <source>Choice</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Date and time</source>
        <translation>日期时间</translation>
    </message>
    <message>
        <source>Time of day</source>
        <translation>时刻</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>组</translation>
    </message>
    <message>
        <source>List</source>
        <translation>列表</translation>
    </message>
    <message>
        <source>Table of names</source>
        <translation>键值表</translation>
    </message>
    <message>
        <source>Geometry</source>
        <translation>几何</translation>
    </message>
    <message>
        <source>Identifier</source>
        <translation>标识</translation>
    </message>
    <message>
        <source>Chinese name</source>
        <translation>中文名称</translation>
    </message>
    <message>
        <source>English name</source>
        <translation>英文名称</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>值类型</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>From</source>
        <translation>下限</translation>
    </message>
    <message>
        <source>To</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>Needed</source>
        <translation>必填</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>默认值</translation>
    </message>
    <message>
        <source>What existing entities get when it is needed</source>
        <translation>设为必填时，现有实体取此值</translation>
    </message>
    <message>
        <source>Choices</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>As in: open=打开/open; shut=关闭/shut</source>
        <translation>例如：open=打开/open; shut=关闭/shut</translation>
    </message>
    <message>
        <source>Kind of relation</source>
        <translation>关系种类</translation>
    </message>
    <message>
        <source>Leads to types</source>
        <translation>指向的类型</translation>
    </message>
    <message>
        <source>Identifiers with commas between; none for any type</source>
        <translation>类型标识，逗号分隔；留空表示任意类型</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>最多</translation>
    </message>
    <message>
        <source>At least</source>
        <translation>至少</translation>
    </message>
    <message>
        <source>Reached by at most</source>
        <translation>最多被指向</translation>
    </message>
    <message>
        <source>Entity types</source>
        <translation>实体类型</translation>
    </message>
    <message>
        <source>New type</source>
        <translation>新建类型</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Discard changes</source>
        <translation>放弃修改</translation>
    </message>
    <message>
        <source>Export DTDL…</source>
        <translation>导出 DTDL…</translation>
    </message>
    <message>
        <source>Check and apply…</source>
        <translation>检查并应用…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>General</source>
        <translation>基本</translation>
    </message>
    <message>
        <source>Properties</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Live values</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Relations</source>
        <translation>关系</translation>
    </message>
    <message>
        <source>Back to built-in</source>
        <translation>恢复内置</translation>
    </message>
    <message>
        <source>The project is open for reading only.</source>
        <translation>项目以只读方式打开。</translation>
    </message>
    <message>
        <source>It is removed once this was checked and applied.</source>
        <translation>检查并应用后才会删除。</translation>
    </message>
    <message>
        <source>Applied; Undo takes it back.</source>
        <translation>已应用；可用“撤销”恢复。</translation>
    </message>
    <message>
        <source>Export DTDL</source>
        <translation>导出 DTDL</translation>
    </message>
    <message numerus="yes">
        <source>%n type(s) read; check and apply to keep them.</source>
        <translation><numerusform>已读入 %n 个类型；检查并应用后保存。</numerusform></translation>
    </message>
    <message>
        <source>Written to {0}</source>
        <translation>已写入 {0}</translation>
    </message>
    <message>
        <source>Changes were not applied. Discard them?</source>
        <translation>修改尚未应用，是否放弃？</translation>
    </message>
    <message>
        <source>Applying…</source>
        <translation>正在应用…</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Live value</source>
        <translation>实时指标</translation>
    </message>
    <message>
        <source>Is</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>限值</translation>
    </message>
    <message>
        <source>A number in the unit of the live value, or a word</source>
        <translation>以指标单位表示的数值，或一个词</translation>
    </message>
    <message>
        <source>Or attribute</source>
        <translation>或属性</translation>
    </message>
    <message>
        <source>The property that holds each thing's own limit</source>
        <translation>存放各实体自身限值的属性</translation>
    </message>
    <message>
        <source>Deadband</source>
        <translation>死区</translation>
    </message>
    <message>
        <source>How far the value must come back</source>
        <translation>数值须回落多少</translation>
    </message>
    <message>
        <source>After (s)</source>
        <translation>持续（秒）</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
</context>
<context>
    <name>LinesForm</name>
    <message>
        <source>Add line</source>
        <translation>添加一行</translation>
    </message>
    <message>
        <source>Remove line</source>
        <translation>删除该行</translation>
    </message>
</context>
<context>
    <name>GeneralForm</name>
    <message>
        <source>Identifier</source>
        <translation>标识</translation>
    </message>
    <message>
        <source>Chinese name</source>
        <translation>中文名称</translation>
    </message>
    <message>
        <source>English name</source>
        <translation>英文名称</translation>
    </message>
    <message>
        <source>Is a kind of</source>
        <translation>上级类型</translation>
    </message>
    <message>
        <source>Only to be extended</source>
        <translation>仅供扩展（抽象）</translation>
    </message>
    <message>
        <source>Usual geometry</source>
        <translation>常用几何</translation>
    </message>
    <message>
        <source>Symbol in the scene</source>
        <translation>场景符号</translation>
    </message>
    <message>
        <source>Icon</source>
        <translation>图标</translation>
    </message>
    <message>
        <source>as its parent</source>
        <translation>同上级</translation>
    </message>
    <message>
        <source>Point</source>
        <translation>点</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>线</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>面</translation>
    </message>
    <message>
        <source>Solid</source>
        <translation>体</translation>
    </message>
    <message>
        <source>Class in codes</source>
        <translation>编码类别</translation>
    </message>
    <message>
        <source>{0}, not there now</source>
        <translation>{0}（当前不存在）</translation>
    </message>
</context>
<context>
    <name>TypesPreview</name>
    <message>
        <source>renamed</source>
        <translation>改名</translation>
    </message>
    <message>
        <source>converted to another unit</source>
        <translation>换算为其他单位</translation>
    </message>
    <message>
        <source>turned into another kind of value</source>
        <translation>转换为其他值类型</translation>
    </message>
    <message>
        <source>filled in, because it is needed now</source>
        <translation>已填入（现为必填）</translation>
    </message>
    <message>
        <source>no longer declared; values are kept</source>
        <translation>不再声明；已有值保留</translation>
    </message>
    <message>
        <source>checked again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>given another type</source>
        <translation>改为其他类型</translation>
    </message>
    <message>
        <source>Check the change of types</source>
        <translation>检查类型变更</translation>
    </message>
    <message>
        <source>What changes</source>
        <translation>将发生的变化</translation>
    </message>
    <message>
        <source>What breaks</source>
        <translation>将不符合的实体</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>{0} entities checked, {1} of them change</source>
        <translation>已检查 {0} 个实体，其中 {1} 个将变化</translation>
    </message>
    <message>
        <source>relations checked again</source>
        <translation>重新检查关系</translation>
    </message>
    <message>
        <source>Value for all that have none:</source>
        <translation>为所有未填写的实体填入：</translation>
    </message>
    <message>
        <source>Fill in and check again</source>
        <translation>填入并重新检查</translation>
    </message>
    <message numerus="yes">
        <source>%n entity(ies) break the new types; they stay as they are</source>
        <translation><numerusform>%n 个实体不符合新类型；保持原样</numerusform></translation>
    </message>
    <message>
        <source>needed now, and no value is given</source>
        <translation>现为必填，但未给出值</translation>
    </message>
    <message numerus="yes">
        <source>%Ln entity(ies)</source>
        <translation><numerusform>%Ln 个实体</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>and %n type(s) below it</source>
        <translation><numerusform>及其下 %n 个类型</numerusform></translation>
    </message>
</context>
<context>
    <name>Condition</name>
    <message>
        <source>The condition is not complete yet.</source>
        <translation>条件尚不完整。</translation>
    </message>
    <message>
        <source>There is no property “{0}”.</source>
        <translation>没有属性“{0}”。</translation>
    </message>
    <message>
        <source>There is no kind of relation “{0}”.</source>
        <translation>没有关系种类“{0}”。</translation>
    </message>
    <message>
        <source>There is no type “{0}”.</source>
        <translation>没有类型“{0}”。</translation>
    </message>
    <message>
        <source>Did you mean {0}?</source>
        <translation>是否指 {0}？</translation>
    </message>
</context>
<context>
    <name>EntitySets</name>
    <message>
        <source>Sets</source>
        <translation>集合</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>Datum</name>
    <message>
        <source>Yellow Sea 1985</source>
        <translation>1985国家高程基准</translation>
    </message>
    <message>
        <source>Yellow Sea 1956</source>
        <translation>1956黄海高程</translation>
    </message>
</context>
<context>
    <name>AnalysisDialog</name>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>PluginActions</name>
    <message>
        <source>Export {0} ({1})…</source>
        <translation>导出{0}（{1}）…</translation>
    </message>
    <message>
        <source>Theme: {0}</source>
        <translation>主题：{0}</translation>
    </message>
    <message>
        <source>Export {0}</source>
        <translation>导出 {0}</translation>
    </message>
</context>
<context>
    <name>ReportWindow</name>
    <message>
        <source>Copy answer</source>
        <translation>复制结论</translation>
    </message>
    <message>
        <source>Save as CSV…</source>
        <translation>另存为 CSV…</translation>
    </message>
    <message>
        <source>Save as CSV</source>
        <translation>另存为 CSV</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Over time</source>
        <translation>随时间变化</translation>
    </message>
</context>
<context>
    <name>ConnectorStatus</name>
    <message>
        <source>Connecting</source>
        <translation>连接中</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>未连接</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
</context>
<context>
    <name>Alarms</name>
    <message>
        <source>Urgent</source>
        <translation>紧急</translation>
    </message>
    <message>
        <source>High</source>
        <translation>高</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>中</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>低</translation>
    </message>
    <message>
        <source>Unacknowledged</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Acknowledged</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>Over, unacknowledged</source>
        <translation>已恢复，未确认</translation>
    </message>
    <message>
        <source>Latched</source>
        <translation>已锁存</translation>
    </message>
    <message>
        <source>Shelved</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>Suppressed</source>
        <translation>已抑制</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>Raised</source>
        <translation>触发</translation>
    </message>
    <message>
        <source>Condition over</source>
        <translation>条件消除</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>复位</translation>
    </message>
    <message>
        <source>Unshelved</source>
        <translation>取消搁置</translation>
    </message>
    <message>
        <source>Shelf ends soon</source>
        <translation>搁置即将到期</translation>
    </message>
    <message>
        <source>No longer suppressed</source>
        <translation>解除抑制</translation>
    </message>
    <message>
        <source>Taken out of service</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Put in service</source>
        <translation>恢复使用</translation>
    </message>
    <message>
        <source>Escalated</source>
        <translation>升级</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Another value</source>
        <translation>数值变化</translation>
    </message>
    <message>
        <source>Condition began while hidden</source>
        <translation>隐藏期间条件出现</translation>
    </message>
    <message>
        <source>Condition over while hidden</source>
        <translation>隐藏期间条件消除</translation>
    </message>
    <message>
        <source>Elsewhere</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Notified</source>
        <translation>已通知</translation>
    </message>
    <message>
        <source>Notification failed</source>
        <translation>通知失败</translation>
    </message>
    <message>
        <source>Flood began</source>
        <translation>告警泛滥开始</translation>
    </message>
    <message>
        <source>Flood ended</source>
        <translation>告警泛滥结束</translation>
    </message>
    <message>
        <source>Rules changed</source>
        <translation>规则已更改</translation>
    </message>
    <message>
        <source>Signed in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Sign-in refused</source>
        <translation>登录被拒绝</translation>
    </message>
    <message>
        <source>Signed out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <source>Sound silenced</source>
        <translation>告警声已静音</translation>
    </message>
</context>
<context>
    <name>AlarmsModel</name>
    <message>
        <source>Alarm</source>
        <translation>告警</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Over</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>chattering</source>
        <translation>抖动</translation>
    </message>
    <message>
        <source>first out</source>
        <translation>首发</translation>
    </message>
    <message>
        <source>Shelved until {0}</source>
        <translation>搁置至 {0}</translation>
    </message>
    <message>
        <source>Shelved, ends in {0}</source>
        <translation>搁置，{0}后到期</translation>
    </message>
</context>
<context>
    <name>AlarmsPanel</name>
    <message>
        <source>Filter by name, place, priority, note</source>
        <translation>按名称、位置、优先级、备注筛选</translation>
    </message>
    <message>
        <source>Filter alarms</source>
        <translation>筛选告警</translation>
    </message>
    <message>
        <source>Standing</source>
        <translation>当前告警</translation>
    </message>
    <message>
        <source>Unacknowledged</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Shelved</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>Hidden</source>
        <translation>已隐藏</translation>
    </message>
    <message>
        <source>By cause</source>
        <translation>按原因</translation>
    </message>
    <message>
        <source>By priority</source>
        <translation>按优先级</translation>
    </message>
    <message>
        <source>By state</source>
        <translation>按状态</translation>
    </message>
    <message>
        <source>Not grouped</source>
        <translation>不分组</translation>
    </message>
    <message>
        <source>Which alarms</source>
        <translation>显示哪些告警</translation>
    </message>
    <message>
        <source>Grouping</source>
        <translation>分组方式</translation>
    </message>
    <message>
        <source>Alarms</source>
        <translation>告警</translation>
    </message>
    <message>
        <source>Acknowledge (A)</source>
        <translation>确认 (A)</translation>
    </message>
    <message>
        <source>Shelve… (S)</source>
        <translation>搁置… (S)</translation>
    </message>
    <message>
        <source>Unshelve (U)</source>
        <translation>取消搁置 (U)</translation>
    </message>
    <message>
        <source>Comment… (C)</source>
        <translation>备注… (C)</translation>
    </message>
    <message>
        <source>Fly there (Enter)</source>
        <translation>飞到该处 (Enter)</translation>
    </message>
    <message>
        <source>No alarm matches.</source>
        <translation>没有符合条件的告警。</translation>
    </message>
    <message>
        <source>No live data yet. Alarms appear here once a connection is made.</source>
        <translation>尚无实时数据。建立连接后，告警会显示在这里。</translation>
    </message>
    <message>
        <source>No alarm stood at that time.</source>
        <translation>该时刻没有告警。</translation>
    </message>
    <message>
        <source>No alarms. Everything that rules watch is normal.</source>
        <translation>没有告警。规则监视的一切正常。</translation>
    </message>
    <message>
        <source>By place</source>
        <translation>按位置</translation>
    </message>
    <message>
        <source>By system</source>
        <translation>按系统</translation>
    </message>
    <message>
        <source>Reset what is latched (R)</source>
        <translation>复位锁存告警（R）</translation>
    </message>
    <message>
        <source>Take out of service… or put back (O)</source>
        <translation>停用…或重新投用（O）</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>报告…</translation>
    </message>
    <message>
        <source>Notification: e-mail, webhook, sound…</source>
        <translation>通知：邮件、Webhook、声音…</translation>
    </message>
    <message>
        <source>Sign in, accounts…</source>
        <translation>登录、账户…</translation>
    </message>
    <message numerus="yes">
        <source>No alarm stands. %n are shelved, suppressed or out of service.</source>
        <translation><numerusform>没有未消除的告警。另有 %n 条被搁置、抑制或停用。</numerusform></translation>
    </message>
    <message>
        <source>Silence the sound until the next alarm (M)</source>
        <translation>静音，直到下一条告警（M）</translation>
    </message>
</context>
<context>
    <name>GuidanceDialog</name>
    <message>
        <source>What to do about alarms</source>
        <translation>告警处置说明</translation>
    </message>
    <message>
        <source>All alarms of {0}</source>
        <translation>{0} 的所有告警</translation>
    </message>
    <message>
        <source>All of type {0}</source>
        <translation>类型“{0}”的所有告警</translation>
    </message>
    <message>
        <source>Every alarm</source>
        <translation>所有告警</translation>
    </message>
    <message>
        <source>Where it holds</source>
        <translation>适用范围</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>处置办法</translation>
    </message>
    <message>
        <source>1. Close valve **V-3**.
2. Call the shift leader.</source>
        <translation>1. 关闭阀门 **V-3**。
2. 通知值班长。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>No guidance was written.</source>
        <translation>尚未编写处置说明。</translation>
    </message>
    <message>
        <source>Markdown. An alarm shows its rule's own text, then that of the thing, of what contains it, of its type, and of every alarm.</source>
        <translation>采用 Markdown 格式。告警依次显示：规则自带的说明、该对象的说明、其所在位置的说明、其类型的说明，以及适用于所有告警的说明。</translation>
    </message>
</context>
<context>
    <name>FenceTool</name>
    <message>
        <source>Draw a fence</source>
        <translation>绘制围栏</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>A fence needs three corners</source>
        <translation>围栏至少需要三个角点</translation>
    </message>
    <message>
        <source>Click corners · Enter finishes · Backspace takes back · Esc ends</source>
        <translation>单击角点 · 回车完成 · 退格撤回 · Esc 结束</translation>
    </message>
    <message>
        <source>Fence of {0}</source>
        <translation>围栏面积 {0}</translation>
    </message>
</context>
<context>
    <name>AlarmStrip</name>
    <message>
        <source>{0} in 10 min</source>
        <translation>10 分钟 {0} 条</translation>
    </message>
    <message>
        <source>{0} unacknowledged</source>
        <translation>未确认 {0}</translation>
    </message>
    <message>
        <source>{0} chattering</source>
        <translation>抖动 {0}</translation>
    </message>
    <message>
        <source>{0} stale</source>
        <translation>陈旧 {0}</translation>
    </message>
    <message>
        <source>{0} shelved</source>
        <translation>已搁置 {0}</translation>
    </message>
    <message>
        <source>{0} suppressed</source>
        <translation>已抑制 {0}</translation>
    </message>
    <message>
        <source>{0} out of service</source>
        <translation>停用 {0}</translation>
    </message>
    <message>
        <source>{0} events wait for the disk</source>
        <translation>{0} 条事件等待写入磁盘</translation>
    </message>
    <message numerus="yes">
        <source>%n shelved alarms come back soon</source>
        <translation><numerusform>%n 条搁置即将到期</numerusform></translation>
    </message>
    <message>
        <source>Show what is shelved</source>
        <translation>查看已搁置的告警</translation>
    </message>
    <message>
        <source>Not told: {0}</source>
        <translation>未能通知：{0}</translation>
    </message>
</context>
<context>
    <name>FloodBanner</name>
    <message>
        <source>Alarm flood since {0} ({1}): {2} alarms in 10 minutes, {3} causes.</source>
        <translation>告警泛滥，始于 {0}（{1}）：10 分钟内 {2} 条告警，{3} 个原因。</translation>
    </message>
    <message>
        <source>Show causes only</source>
        <translation>只看原因</translation>
    </message>
    <message>
        <source>Alarm flood since {0} ({1}): {2} alarms in 10 minutes, one cause.</source>
        <translation>告警泛滥，始于 {0}（{1}）：10 分钟内 {2} 条告警，1 个原因。</translation>
    </message>
</context>
<context>
    <name>AlarmDetail</name>
    <message>
        <source>Write what to do…</source>
        <translation>编写处置说明…</translation>
    </message>
    <message>
        <source>Choose an alarm to see its trend and what to do.</source>
        <translation>选择一条告警，查看趋势和处置办法。</translation>
    </message>
    <message>
        <source>Explained by: {0}</source>
        <translation>由此引起：{0}</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>处置办法</translation>
    </message>
    <message>
        <source>No guidance was written.</source>
        <translation>尚未编写处置办法。</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>经过</translation>
    </message>
    <message>
        <source>Trend around the alarm: {0}</source>
        <translation>告警前后趋势：{0}</translation>
    </message>
    <message>
        <source>Replay the incident…</source>
        <translation>回放事件…</translation>
    </message>
    <message>
        <source>Out of service: {0}</source>
        <translation>停用：{0}</translation>
    </message>
    <message>
        <source>Shelved by {0} until {1}: {2}</source>
        <translation>{0} 搁置至 {1}：{2}</translation>
    </message>
    <message>
        <source>Shelved by {0} until it is over, {1} at the latest: {2}</source>
        <translation>{0} 搁置至条件结束，最迟 {1}：{2}</translation>
    </message>
    <message>
        <source>Suppressed by design: {0}</source>
        <translation>按设计抑制：{0}</translation>
    </message>
</context>
<context>
    <name>ShelveDialog</name>
    <message>
        <source>{0} h</source>
        <translation>{0} 小时</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分钟</translation>
    </message>
    <message>
        <source>Back as soon as the condition is over</source>
        <translation>条件消除后立即恢复</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>For</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>The end is announced five minutes before.</source>
        <translation>到期前五分钟提示。</translation>
    </message>
    <message>
        <source>Shelve</source>
        <translation>搁置</translation>
    </message>
    <message numerus="yes">
        <source>Shelve %n alarms</source>
        <translation>
            <numerusform>搁置 %n 条告警</numerusform>
        </translation>
    </message>
    <message>
        <source>{0} d</source>
        <translation>{0} 天</translation>
    </message>
</context>
<context>
    <name>CommentDialog</name>
    <message>
        <source>Comment on the alarm</source>
        <translation>为告警添加备注</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Add comment</source>
        <translation>添加备注</translation>
    </message>
</context>
<context>
    <name>ChartsPanel</name>
    <message>
        <source>1 minute</source>
        <translation>1 分钟</translation>
    </message>
    <message>
        <source>10 minutes</source>
        <translation>10 分钟</translation>
    </message>
    <message>
        <source>1 hour</source>
        <translation>1 小时</translation>
    </message>
    <message>
        <source>6 hours</source>
        <translation>6 小时</translation>
    </message>
    <message>
        <source>1 day</source>
        <translation>1 天</translation>
    </message>
    <message>
        <source>1 week</source>
        <translation>1 周</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 天</translation>
    </message>
    <message>
        <source>Stretch of time</source>
        <translation>时间范围</translation>
    </message>
    <message>
        <source>Save as picture (PNG)…</source>
        <translation>保存为图片 (PNG)…</translation>
    </message>
    <message>
        <source>Save as table (CSV)…</source>
        <translation>保存为表格 (CSV)…</translation>
    </message>
    <message>
        <source>Remove all lines</source>
        <translation>移除所有曲线</translation>
    </message>
    <message>
        <source>Double-click a value in the Live tab of an entity, or drag an entity here, to chart it.</source>
        <translation>双击实体“实时”页中的值，或将实体拖到此处，即可绘制曲线。</translation>
    </message>
    <message>
        <source>Chart</source>
        <translation>图表</translation>
    </message>
    <message>
        <source>Save chart</source>
        <translation>保存图表</translation>
    </message>
    <message>
        <source>Save values</source>
        <translation>保存数值</translation>
    </message>
    <message>
        <source>Saved {0}</source>
        <translation>已保存 {0}</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>grey: stale ({0})</source>
        <translation>灰色：数据陈旧（{0}）</translation>
    </message>
    <message>
        <source>No values have come yet.</source>
        <translation>尚未收到数值。</translation>
    </message>
    <message>
        <source>Colour by</source>
        <translation>着色依据</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Discs over the entities, larger for larger values</source>
        <translation>在实体上方显示圆点，数值越大圆点越大</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>The values over the entities</source>
        <translation>在实体上方显示数值</translation>
    </message>
</context>
<context>
    <name>RetypeDialog</name>
    <message>
        <source>Change the type</source>
        <translation>更改类型</translation>
    </message>
    <message>
        <source>“{0}” needs values that are not given yet.</source>
        <translation>“{0}”还需要填写以下值。</translation>
    </message>
    <message>
        <source>Change type</source>
        <translation>更改类型</translation>
    </message>
    <message>
        <source>Fill in later</source>
        <translation>稍后填写</translation>
    </message>
    <message>
        <source>“{0}” needs values that {1} of {2} entities do not have.</source>
        <translation>“{0}”必填的值，{2} 个实体中有 {1} 个没有。</translation>
    </message>
</context>
<context>
    <name>RuleDialog</name>
    <message>
        <source>Rule: {0} ({1})</source>
        <translation>规则：{0}（{1}）</translation>
    </message>
    <message>
        <source>Put into service</source>
        <translation>投入使用</translation>
    </message>
    <message>
        <source>Save switched off</source>
        <translation>保存但停用</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>New rule: {0}</source>
        <translation>新建规则：{0}</translation>
    </message>
    <message>
        <source>Nothing has {0} yet; did you mean {1}?</source>
        <translation>目前没有对象具有 {0}；是否指 {1}？</translation>
    </message>
    <message>
        <source>Nothing has {0} yet.</source>
        <translation>目前没有对象具有 {0}。</translation>
    </message>
</context>
<context>
    <name>LimitField</name>
    <message>
        <source>Number</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Word</source>
        <translation>文字</translation>
    </message>
    <message>
        <source>Attribute of each entity</source>
        <translation>各实体自身的属性</translation>
    </message>
</context>
<context>
    <name>RuleForm</name>
    <message>
        <source>Condition</source>
        <translation>条件</translation>
    </message>
    <message>
        <source>Alarm</source>
        <translation>告警</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Say what it watches: a type, a condition, or one entity.</source>
        <translation>请说明监视对象：一种类型、一个条件或一个实体。</translation>
    </message>
    <message>
        <source>Watches</source>
        <translation>监视对象</translation>
    </message>
    <message>
        <source>Give it a name: what operators read when it alarms.</source>
        <translation>请起一个名称：告警时值班员看到的文字。</translation>
    </message>
    <message>
        <source>write a number</source>
        <translation>请填写数字</translation>
    </message>
    <message>
        <source>English name</source>
        <translation>英文名称</translation>
    </message>
    <message>
        <source>Chinese name</source>
        <translation>中文名称</translation>
    </message>
    <message>
        <source>write a whole number</source>
        <translation>请填写整数</translation>
    </message>
    <message>
        <source>fill it in</source>
        <translation>请填写</translation>
    </message>
    <message>
        <source>fill it in, without blanks</source>
        <translation>请填写，不含空格</translation>
    </message>
    <message>
        <source>give three corners at least</source>
        <translation>至少给出三个角点</translation>
    </message>
    <message>
        <source>more than {0}</source>
        <translation>须大于 {0}</translation>
    </message>
    <message>
        <source>{0} at least</source>
        <translation>至少 {0}</translation>
    </message>
    <message>
        <source>{0} at most</source>
        <translation>至多 {0}</translation>
    </message>
</context>
<context>
    <name>Rules</name>
    <message numerus="yes">
        <source>watches %n entities now</source>
        <translation>
            <numerusform>目前监视 %n 个实体</numerusform>
        </translation>
    </message>
    <message>
        <source>Indicator</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Is</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>时间窗</translation>
    </message>
    <message>
        <source>Condition</source>
        <translation>条件</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Must hold for</source>
        <translation>持续满足</translation>
    </message>
    <message>
        <source>Must be over for</source>
        <translation>持续恢复</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>处置指引</translation>
    </message>
    <message>
        <source>Next priority after</source>
        <translation>超时升级</translation>
    </message>
    <message>
        <source>First-out group</source>
        <translation>首出组</translation>
    </message>
    <message>
        <source>Means nothing while</source>
        <translation>此时无意义</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>such as: running = 1 and any(feeds.district, pressure &lt; 2.5)</source>
        <translation>例如：running = 1 and any(feeds.district, pressure &lt; 2.5)</translation>
    </message>
    <message>
        <source>it is inside the fence</source>
        <translation>处于围栏内</translation>
    </message>
    <message>
        <source>it is outside the fence</source>
        <translation>处于围栏外</translation>
    </message>
    <message>
        <source>it stays inside for long</source>
        <translation>在围栏内停留过久</translation>
    </message>
    <message>
        <source>the window before</source>
        <translation>此前的时间窗</translation>
    </message>
    <message>
        <source>the same time of the season</source>
        <translation>周期内的同一时刻</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>限值</translation>
    </message>
    <message>
        <source>Deadband</source>
        <translation>死区</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化率</translation>
    </message>
    <message>
        <source>Measured over</source>
        <translation>测量时长</translation>
    </message>
    <message>
        <source>Nothing for</source>
        <translation>无数据时长</translation>
    </message>
    <message>
        <source>Samples at least</source>
        <translation>至少样本数</translation>
    </message>
    <message>
        <source>Alarm while</source>
        <translation>告警条件</translation>
    </message>
    <message>
        <source>Stays for</source>
        <translation>停留时长</translation>
    </message>
    <message>
        <source>Fence</source>
        <translation>围栏</translation>
    </message>
    <message>
        <source>Compared with</source>
        <translation>比较对象</translation>
    </message>
    <message>
        <source>Score above</source>
        <translation>评分超过</translation>
    </message>
    <message>
        <source>Season</source>
        <translation>周期</translation>
    </message>
    <message>
        <source>For the operator, as Markdown; empty to inherit</source>
        <translation>写给值班员，Markdown 格式；留空则继承</translation>
    </message>
    <message>
        <source>Has to be acknowledged</source>
        <translation>需要确认</translation>
    </message>
    <message>
        <source>Stays until it is reset (latching)</source>
        <translation>保持到复位（锁存）</translation>
    </message>
    <message>
        <source>{entity} stands for the entity&apos;s id</source>
        <translation>{entity} 代表实体编号</translation>
    </message>
    <message>
        <source>such as: running = 0</source>
        <translation>例如：running = 0</translation>
    </message>
    <message>
        <source>As a share of the mean: 0.2 for 20 %</source>
        <translation>按均值的比例：0.2 即 20%</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Entity type</source>
        <translation>实体类型</translation>
    </message>
    <message>
        <source>Entity</source>
        <translation>实体</translation>
    </message>
    <message numerus="yes">
        <source>Would have raised %n alarms</source>
        <translation>
            <numerusform>本会发出 %n 次告警</numerusform>
        </translation>
    </message>
    <message>
        <source>Would have raised no alarm.</source>
        <translation>不会发出任何告警。</translation>
    </message>
    <message numerus="yes">
        <source>, %n floods.</source>
        <translation>
            <numerusform>，%n 次告警泛滥。</numerusform>
        </translation>
    </message>
    <message>
        <source>Rate of change</source>
        <translation>变化率</translation>
    </message>
    <message>
        <source>Deviation from its mean</source>
        <translation>偏离均值</translation>
    </message>
    <message>
        <source>Nothing comes</source>
        <translation>数据中断</translation>
    </message>
    <message>
        <source>Count in a window</source>
        <translation>窗口内计数</translation>
    </message>
    <message>
        <source>Geofence</source>
        <translation>电子围栏</translation>
    </message>
    <message>
        <source>Condition at wrong hours</source>
        <translation>时段内的条件</translation>
    </message>
    <message>
        <source>Unlike its past</source>
        <translation>与历史不符</translation>
    </message>
    <message>
        <source>Alarms while a value is beyond a limit.</source>
        <translation>数值越限期间告警。</translation>
    </message>
    <message>
        <source>Alarms while a value rises or falls faster than a limit.</source>
        <translation>数值上升或下降过快期间告警。</translation>
    </message>
    <message>
        <source>Alarms while a value is far from its own mean of the time before.</source>
        <translation>数值偏离自身此前均值期间告警。</translation>
    </message>
    <message>
        <source>Alarms while nothing comes, also where nothing ever came.</source>
        <translation>收不到数据期间告警，从未收到过也算。</translation>
    </message>
    <message>
        <source>Alarms when enough samples of a window are beyond a limit.</source>
        <translation>时间窗内足够多的样本越限时告警。</translation>
    </message>
    <message>
        <source>Alarms while a moving thing is where it should not be.</source>
        <translation>移动对象处于不该在的位置期间告警。</translation>
    </message>
    <message>
        <source>Alarms while a condition over values and related entities is true.</source>
        <translation>由数值和关联实体组成的条件成立期间告警。</translation>
    </message>
    <message>
        <source>Alarms while a condition is true at hours at which it must not be.</source>
        <translation>条件在不允许的时段成立期间告警。</translation>
    </message>
    <message>
        <source>Alarms while a value is unlike what it used to be.</source>
        <translation>数值与以往规律不符期间告警。</translation>
    </message>
    <message>
        <source>{0} changes by {1} {2} a second, over {3}</source>
        <translation>{0} 每秒变化 {1} {2}，按 {3} 计</translation>
    </message>
    <message>
        <source>{0} is {1} from its mean of {2}</source>
        <translation>{0} 偏离 {2} 均值 {1}</translation>
    </message>
    <message>
        <source>{0}: nothing for {1}</source>
        <translation>{0}：{1} 无数据</translation>
    </message>
    <message>
        <source>{0} {1} {2}, {3} times in {4}</source>
        <translation>{0} {1} {2}，{4} 内 {3} 次</translation>
    </message>
    <message>
        <source>outside {0}</source>
        <translation>{0} 之外</translation>
    </message>
    <message>
        <source>, no flood.</source>
        <translation>，没有告警泛滥。</translation>
    </message>
    <message>
        <source>{0} named entities</source>
        <translation>{0} 个指定实体</translation>
    </message>
    <message>
        <source>inside the fence</source>
        <translation>处于围栏内</translation>
    </message>
    <message>
        <source>outside the fence</source>
        <translation>处于围栏外</translation>
    </message>
    <message>
        <source>{0}: score above {1}</source>
        <translation>{0}：评分超过 {1}</translation>
    </message>
    <message>
        <source>inside the fence for {0}</source>
        <translation>在围栏内停留 {0}</translation>
    </message>
</context>
<context>
    <name>RulesPanel</name>
    <message>
        <source>Filter by name, place, condition</source>
        <translation>按名称、对象、条件筛选</translation>
    </message>
    <message>
        <source>Filter rules</source>
        <translation>筛选规则</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>New rule</source>
        <translation>新建规则</translation>
    </message>
    <message>
        <source>Edit… (Enter)</source>
        <translation>编辑…（回车）</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Remove (Delete)</source>
        <translation>删除（Delete）</translation>
    </message>
    <message>
        <source>Add rules from a file…</source>
        <translation>从文件导入规则…</translation>
    </message>
    <message>
        <source>Save rules to a file…</source>
        <translation>导出规则到文件…</translation>
    </message>
    <message>
        <source>Versions…</source>
        <translation>版本…</translation>
    </message>
    <message>
        <source>No rules yet. A rule watches values and raises alarms: press + and choose what it looks at, try it on recorded history, and put it into service.</source>
        <translation>还没有规则。规则监视数值并发出告警：按 + 选择监视方式，用历史数据试算，然后投入使用。</translation>
    </message>
    <message>
        <source>Add rules from a file</source>
        <translation>从文件导入规则</translation>
    </message>
    <message>
        <source>Save rules to a file</source>
        <translation>导出规则到文件</translation>
    </message>
    <message>
        <source>Saved {0}</source>
        <translation>已保存 {0}</translation>
    </message>
    <message>
        <source>version {0}</source>
        <translation>版本 {0}</translation>
    </message>
</context>
<context>
    <name>RingField</name>
    <message>
        <source>Draw in the scene…</source>
        <translation>在场景中绘制…</translation>
    </message>
    <message>
        <source>east, north in local metres, a corner a line</source>
        <translation>东、北坐标（局部米），每行一个角点</translation>
    </message>
    <message>
        <source>Outline of the selected entity</source>
        <translation>取所选实体的轮廓</translation>
    </message>
    <message>
        <source>Select an entity that has an area of its own first.</source>
        <translation>请先选择一个自身带面域的实体。</translation>
    </message>
</context>
<context>
    <name>CalendarField</name>
    <message>
        <source>Only at these hours</source>
        <translation>仅在以下时段</translation>
    </message>
    <message>
        <source>Outside these hours instead</source>
        <translation>改为这些时段之外</translation>
    </message>
    <message>
        <source>Days that count as outside: 2026-10-01, …</source>
        <translation>视为时段之外的日期：2026-10-01，…</translation>
    </message>
</context>
<context>
    <name>AppliesField</name>
    <message>
        <source>Any type</source>
        <translation>任意类型</translation>
    </message>
    <message>
        <source>Only the selected entity</source>
        <translation>仅所选实体</translation>
    </message>
    <message>
        <source>and where, such as: height &gt; 50 and use = &apos;office&apos;</source>
        <translation>且满足，例如：height &gt; 50 and use = &apos;office&apos;</translation>
    </message>
    <message>
        <source>Condition on entities</source>
        <translation>实体条件</translation>
    </message>
    <message>
        <source>Choose a type…</source>
        <translation>选择类型…</translation>
    </message>
</context>
<context>
    <name>RulesModel</name>
    <message>
        <source>On</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Applies to</source>
        <translation>适用于</translation>
    </message>
    <message>
        <source>Alarm when</source>
        <translation>告警条件</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Watches</source>
        <translation>监视数</translation>
    </message>
    <message>
        <source>Alarms</source>
        <translation>告警</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>on</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>off</source>
        <translation>停用</translation>
    </message>
</context>
<context>
    <name>TrialChart</name>
    <message>
        <source>at most {0} in 10 min</source>
        <translation>10 分钟内最多 {0} 次</translation>
    </message>
</context>
<context>
    <name>TrialList</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
</context>
<context>
    <name>TrialPanel</name>
    <message>
        <source>Last hour</source>
        <translation>最近一小时</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>最近一天</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>最近 7 天</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>最近 30 天</translation>
    </message>
    <message>
        <source>All that was recorded</source>
        <translation>全部记录</translation>
    </message>
    <message>
        <source>Other period</source>
        <translation>其他时段</translation>
    </message>
    <message>
        <source>Period to try</source>
        <translation>试算时段</translation>
    </message>
    <message>
        <source>Try on history</source>
        <translation>用历史试算</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Alarms that it would have raised</source>
        <translation>本会发出的告警</translation>
    </message>
    <message>
        <source>Before it goes into service</source>
        <translation>投入使用之前</translation>
    </message>
    <message>
        <source>Trying…</source>
        <translation>试算中…</translation>
    </message>
    <message>
        <source>See what the rule would have done with what was recorded. Nothing of it reaches the alarm list.</source>
        <translation>用已记录的数据看看这条规则会怎样。结果不会进入告警列表。</translation>
    </message>
    <message>
        <source>Try rule {0}</source>
        <translation>试算规则 {0}</translation>
    </message>
    <message>
        <source>Nothing was recorded in that time.</source>
        <translation>该时段没有记录。</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>{0} samples in {1}</source>
        <translation>{1}内 {0} 个样本</translation>
    </message>
    <message>
        <source>{0} samples: only {1} of {2} were recorded</source>
        <translation>{0} 个样本：{2}中只记录了 {1}</translation>
    </message>
    <message numerus="yes">
        <source>%n places</source>
        <translation><numerusform>%n 处</numerusform></translation>
    </message>
    <message>
        <source>{0} an hour</source>
        <translation>每小时 {0} 条</translation>
    </message>
    <message>
        <source>longest flood {0}</source>
        <translation>最长泛滥 {0}</translation>
    </message>
</context>
<context>
    <name>VersionsDialog</name>
    <message>
        <source>Versions of the rules</source>
        <translation>规则版本</translation>
    </message>
    <message>
        <source>Every change is kept. Going back makes a new version like the old one.</source>
        <translation>每次更改都会保留。恢复旧版本会生成一个内容相同的新版本。</translation>
    </message>
    <message>
        <source>Put this version into service</source>
        <translation>将此版本投入使用</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Version {0}</source>
        <translation>版本 {0}</translation>
    </message>
</context>
<context>
    <name>ValueMenu</name>
    <message>
        <source>Show in the chart</source>
        <translation>在图表中显示</translation>
    </message>
    <message>
        <source>Colour the scene by it</source>
        <translation>按此指标给场景着色</translation>
    </message>
    <message>
        <source>New rule for this entity…</source>
        <translation>为此实体新建规则…</translation>
    </message>
    <message>
        <source>New rule for all of its type…</source>
        <translation>为同类实体新建规则…</translation>
    </message>
    <message>
        <source>{0} high</source>
        <translation>{0}过高</translation>
    </message>
</context>
<context>
    <name>RuleEditing</name>
    <message>
        <source>Version {0}</source>
        <translation>版本 {0}</translation>
    </message>
</context>
<context>
    <name>SideBySide</name>
    <message>
        <source>The scene at A</source>
        <translation>A 时刻的场景</translation>
    </message>
</context>
<context>
    <name>OtherSide</name>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
</context>
<context>
    <name>AsOf</name>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>known on {0}</source>
        <translation>截至 {0} 所知</translation>
    </message>
</context>
<context>
    <name>SimulationPanel</name>
    <message>
        <source>New scenario</source>
        <translation>新建方案</translation>
    </message>
    <message>
        <source>Run the scenario</source>
        <translation>运行方案</translation>
    </message>
    <message>
        <source>Edit the scenario</source>
        <translation>编辑方案</translation>
    </message>
    <message>
        <source>Show the run in the scene</source>
        <translation>在场景中显示推演</translation>
    </message>
    <message>
        <source>Compare two to four runs</source>
        <translation>比较二至四次推演</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Scenarios and runs</source>
        <translation>方案与推演</translation>
    </message>
    <message>
        <source>A scenario says what is assumed and which engines run: traffic, water, people. Make one from a template, run it, and compare it with another.</source>
        <translation>方案说明假设什么、运行哪些引擎：交通、水、人群。用模板新建一个方案，运行它，再与另一个比较。</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>scenario removed</source>
        <translation>方案已删除</translation>
    </message>
    <message>
        <source>starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>Go on from a checkpoint of the run</source>
        <translation>从该推演的检查点继续</translation>
    </message>
    <message>
        <source>Functional mock-up unit (FMU)…</source>
        <translation>功能模型单元（FMU）…</translation>
    </message>
    <message>
        <source>Any model of another tool; .fmu files can be dropped as well</source>
        <translation>其他工具导出的任意模型；也可直接拖入 .fmu 文件</translation>
    </message>
    <message>
        <source>Beside the live picture: the run as a forecast</source>
        <translation>与实时画面并排：把推演作为预测显示</translation>
    </message>
</context>
<context>
    <name>RunControl</name>
    <message>
        <source>As fast as possible</source>
        <translation>尽可能快</translation>
    </message>
    <message>
        <source>Real time</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>How fast simulated time passes</source>
        <translation>推演时间的快慢</translation>
    </message>
    <message>
        <source>One step, then pause</source>
        <translation>走一步后暂停</translation>
    </message>
    <message>
        <source>Begin paused, before the first step</source>
        <translation>在第一步之前暂停</translation>
    </message>
    <message>
        <source>Cancel run</source>
        <translation>取消推演</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Course</source>
        <translation>过程</translation>
    </message>
    <message>
        <source>Figures of the run</source>
        <translation>推演的指标</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Ending…</source>
        <translation>正在结束…</translation>
    </message>
    <message>
        <source>Starting the engines…</source>
        <translation>正在启动引擎…</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>{0} · {1} · {2} % · step {3}</source>
        <translation>{0} · {1} · {2} % · 第 {3} 步</translation>
    </message>
    <message>
        <source>seed {0}</source>
        <translation>随机种子 {0}</translation>
    </message>
    <message>
        <source>Select a scenario to run it, or a run to see its figures.</source>
        <translation>选择方案即可运行，选择推演即可查看指标。</translation>
    </message>
    <message>
        <source>{0} · engines: {1} · assumptions: {2} · seed {3}</source>
        <translation>{0} · 引擎：{1} · {2} 项假设 · 随机种子 {3}</translation>
    </message>
    <message>
        <source>Checkpoint: engines that end unexpectedly, and other scenarios, go on from it</source>
        <translation>检查点：引擎意外退出后由此继续，其他方案也可由此分支</translation>
    </message>
    <message>
        <source>goes on from {0}</source>
        <translation>接续自 {0}</translation>
    </message>
    <message>
        <source>everyone is out after {0}</source>
        <translation>{0}后全部撤离</translation>
    </message>
    <message>
        <source>nothing more happens after {0}</source>
        <translation>{0}后不再有变化</translation>
    </message>
    <message>
        <source>simulated {0}</source>
        <translation>推演时段 {0}</translation>
    </message>
    <message>
        <source>computed in {0}</source>
        <translation>计算用时 {0}</translation>
    </message>
</context>
<context>
    <name>SimulationDialogs</name>
    <message>
        <source>Remove {0}?</source>
        <translation>删除 {0}？</translation>
    </message>
    <message>
        <source>Runs of a removed scenario stay.</source>
        <translation>删除方案后，它的推演结果仍保留。</translation>
    </message>
    <message>
        <source>What a removed run computed cannot be brought back.</source>
        <translation>删除推演后，其计算结果无法恢复。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Report of the comparison</source>
        <translation>比较报告</translation>
    </message>
    <message>
        <source>Functional mock-up unit</source>
        <translation>功能模型单元</translation>
    </message>
</context>
<context>
    <name>SimulationLegend</name>
    <message>
        <source>Water depth</source>
        <translation>水深</translation>
    </message>
    <message>
        <source>depths as of {0}</source>
        <translation>水深时刻 {0}</translation>
    </message>
    <message>
        <source>No colours</source>
        <translation>不着色</translation>
    </message>
    <message>
        <source>Colour roads and pipes by</source>
        <translation>道路与管道着色依据</translation>
    </message>
    <message>
        <source>Density of people</source>
        <translation>人员密度</translation>
    </message>
    <message>
        <source>Mean within 2 m; who is nearer counts more</source>
        <translation>2 米范围内的加权均值，越近权重越大</translation>
    </message>
    <message>
        <source>Levels of service A to F after Fruin</source>
        <translation>A–F 为 Fruin 服务水平</translation>
    </message>
    <message>
        <source>See through the building</source>
        <translation>透视建筑</translation>
    </message>
    <message>
        <source>Greatest of the whole run</source>
        <translation>整次运行中的最大值</translation>
    </message>
    <message>
        <source>Both runs</source>
        <translation>两次推演</translation>
    </message>
    <message>
        <source>Show the legend</source>
        <translation>展开图例</translation>
    </message>
    <message>
        <source>Fold the legend</source>
        <translation>折叠图例</translation>
    </message>
</context>
<context>
    <name>ScenarioPanel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Entity</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>At (s)</source>
        <translation>时刻（秒）</translation>
    </message>
    <message>
        <source>From</source>
        <translation>从</translation>
    </message>
    <message>
        <source>To</source>
        <translation>到</translation>
    </message>
    <message>
        <source>Delayed</source>
        <translation>延后</translation>
    </message>
    <message>
        <source>City as of</source>
        <translation>城市时刻</translation>
    </message>
    <message>
        <source>Clock begins</source>
        <translation>起始时间</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Checkpoint every</source>
        <translation>检查点间隔</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>now</source>
        <translation>当前</translation>
    </message>
    <message>
        <source>then</source>
        <translation>同城市时刻</translation>
    </message>
    <message>
        <source>Simulated time begins at the instant of the city</source>
        <translation>推演时间从城市时刻开始</translation>
    </message>
    <message>
        <source>never</source>
        <translation>不设</translation>
    </message>
    <message>
        <source>Remove the line</source>
        <translation>删除此行</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Add a parameter, used as $name elsewhere</source>
        <translation>添加参数，在别处以 $名称 引用</translation>
    </message>
    <message>
        <source>Assumptions</source>
        <translation>假设</translation>
    </message>
    <message>
        <source>Add an assumption, for the entity that is selected in the scene</source>
        <translation>为场景中选中的实体添加假设</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Add an engine</source>
        <translation>添加引擎</translation>
    </message>
    <message>
        <source>Couplings</source>
        <translation>耦合</translation>
    </message>
    <message>
        <source>Add a coupling from engine.value to engine.value</source>
        <translation>添加耦合：从 引擎.量 到 引擎.量</translation>
    </message>
    <message>
        <source>Undo in this scenario</source>
        <translation>撤销方案中的修改</translation>
    </message>
    <message>
        <source>Redo in this scenario</source>
        <translation>重做方案中的修改</translation>
    </message>
    <message>
        <source>Back to what is kept</source>
        <translation>恢复到已保存的内容</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save and run</source>
        <translation>保存并运行</translation>
    </message>
    <message>
        <source>Choose a scenario in the Simulation panel to edit it here, or make a new one there from a template.</source>
        <translation>在“推演”面板中选择方案即可在此编辑，也可以在那里用模板新建。</translation>
    </message>
    <message>
        <source>Variables of the unit…</source>
        <translation>单元的变量…</translation>
    </message>
    <message>
        <source>Goes on from</source>
        <translation>接续自</translation>
    </message>
    <message>
        <source>Ends early</source>
        <translation>提前结束</translation>
    </message>
    <message>
        <source>once everyone is out</source>
        <translation>全部人员撤离后</translation>
    </message>
    <message>
        <source>Once all engines say that nothing more will happen. Traffic and water never say so.</source>
        <translation>所有引擎都表示不会再有变化时结束；交通和水的引擎不会如此表示。</translation>
    </message>
    <message>
        <source>That of the run which it goes on from</source>
        <translation>沿用所接续运行的随机种子</translation>
    </message>
</context>
<context>
    <name>TemplateDialog</name>
    <message>
        <source>New scenario: {0}</source>
        <translation>新建方案：{0}</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Make scenario</source>
        <translation>建立方案</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Use selection</source>
        <translation>用所选</translation>
    </message>
    <message>
        <source>The project has no terrain.</source>
        <translation>项目中没有地形。</translation>
    </message>
    <message>
        <source>Reading rooms, doors and stairs…</source>
        <translation>正在读取房间、门和楼梯…</translation>
    </message>
    <message>
        <source>Outer doors</source>
        <translation>外门</translation>
    </message>
    <message>
        <source>Name or id</source>
        <translation>名称或编号</translation>
    </message>
    <message>
        <source>Names, ids or a query</source>
        <translation>名称、编号或查询条件</translation>
    </message>
    <message>
        <source>{0}: nothing is said.</source>
        <translation>{0}：尚未填写。</translation>
    </message>
    <message>
        <source>{0}: nothing is said. Select it before, or type its name.</source>
        <translation>{0}：尚未填写。请先在场景中选择，或输入名称。</translation>
    </message>
</context>
<context>
    <name>Asked</name>
    <message>
        <source>Duration</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>Traffic into the area</source>
        <translation>进入区域的车流</translation>
    </message>
    <message>
        <source>Network file instead of the city's roads</source>
        <translation>用路网文件代替城市道路</translation>
    </message>
    <message>
        <source>Routes of that network</source>
        <translation>该路网的路径文件</translation>
    </message>
    <message>
        <source>Heights</source>
        <translation>高程</translation>
    </message>
    <message>
        <source>Network file instead of the city's pipes</source>
        <translation>用管网文件代替城市管道</translation>
    </message>
    <message>
        <source>Roads that are closed</source>
        <translation>封闭的道路</translation>
    </message>
    <message>
        <source>Closed after</source>
        <translation>封闭时刻</translation>
    </message>
    <message>
        <source>Traffic light</source>
        <translation>信号灯</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>配时方案</translation>
    </message>
    <message>
        <source>Traffic compared with other days</source>
        <translation>与平日相比的车流</translation>
    </message>
    <message>
        <source>Return period</source>
        <translation>重现期</translation>
    </message>
    <message>
        <source>Duration of the rain</source>
        <translation>降雨历时</translation>
    </message>
    <message>
        <source>Cell size</source>
        <translation>网格大小</translation>
    </message>
    <message>
        <source>Buildings are walls</source>
        <translation>建筑挡水</translation>
    </message>
    <message>
        <source>With the city's sewers</source>
        <translation>包括城市排水管网</translation>
    </message>
    <message>
        <source>Sewer file instead (.inp)</source>
        <translation>改用排水管网文件（.inp）</translation>
    </message>
    <message>
        <source>Pump</source>
        <translation>水泵</translation>
    </message>
    <message>
        <source>Fails after</source>
        <translation>故障时刻</translation>
    </message>
    <message>
        <source>Where it bursts</source>
        <translation>爆管位置</translation>
    </message>
    <message>
        <source>Area of the hole</source>
        <translation>破口面积</translation>
    </message>
    <message>
        <source>Bursts after</source>
        <translation>爆管时刻</translation>
    </message>
    <message>
        <source>Exits</source>
        <translation>出口</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人数</translation>
    </message>
    <message>
        <source>Valve that is closed then</source>
        <translation>随后关闭的阀门</translation>
    </message>
    <message>
        <source>Valve closed after the burst</source>
        <translation>爆管后关阀时间</translation>
    </message>
    <message>
        <source>Building, storeys, rooms or areas</source>
        <translation>建筑、楼层、房间或区域</translation>
    </message>
    <message>
        <source>Storeys: {0} · ways out: {1} · stairs: {2} · to walk on: {3} m²</source>
        <translation>楼层：{0} · 出口：{1} · 楼梯：{2} · 可行走面积：{3} m²</translation>
    </message>
    <message>
        <source>Left out, as no way leads out of them ({0}): {1}</source>
        <translation>以下房间无路通往室外，未计入（{0}）：{1}</translation>
    </message>
    <message>
        <source>one is meant, and {0} are found</source>
        <translation>只需一个，却找到 {0} 个</translation>
    </message>
    <message>
        <source>the query finds nothing</source>
        <translation>查询没有找到任何实体</translation>
    </message>
    <message>
        <source>nothing in the project is called {0}</source>
        <translation>项目中没有名为 {0} 的实体</translation>
    </message>
    <message>
        <source>{0} things are called {1}: select the one that is meant</source>
        <translation>有 {0} 个实体名为 {1}：请选择所指的那一个</translation>
    </message>
    <message>
        <source> or </source>
        <translation>或</translation>
    </message>
    <message>
        <source>{0} is no part of {1}, of whose {2} one is meant</source>
        <translation>{1} 中没有 {0}，应为其中的{2}</translation>
    </message>
    <message>
        <source>{0} is one of the {1} of {2}, of whose {3} one is meant</source>
        <translation>{0} 是 {2} 中的{1}，应为其中的{3}</translation>
    </message>
    <message>
        <source>{0} is of the type {1}, and one of the type {2} is meant</source>
        <translation>{0} 的类型是{1}，应为{2}</translation>
    </message>
    <message>
        <source>, such as {0}</source>
        <translation>，例如 {0}</translation>
    </message>
    <message>
        <source>; the project has none</source>
        <translation>；项目中没有这样的实体</translation>
    </message>
    <message>
        <source>pumps</source>
        <translation>水泵</translation>
    </message>
    <message>
        <source>pipes</source>
        <translation>管道</translation>
    </message>
    <message>
        <source>valves</source>
        <translation>阀门</translation>
    </message>
    <message>
        <source>junctions</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>reservoirs</source>
        <translation>水源</translation>
    </message>
    <message>
        <source>tanks</source>
        <translation>水池</translation>
    </message>
    <message>
        <source>Reading the traffic lights of the network…</source>
        <translation>正在读取路网中的信号灯…</translation>
    </message>
    <message>
        <source>Roads that meet there, of {0} traffic lights</source>
        <translation>相交道路名称（共 {0} 处信号灯）</translation>
    </message>
    <message>
        <source>Program {0}</source>
        <translation>方案 {0}</translation>
    </message>
    <message>
        <source>the network has no traffic light {0}; it has {1}</source>
        <translation>路网中没有信号灯 {0}；有：{1}</translation>
    </message>
</context>
<context>
    <name>Simulated</name>
    <message>
        <source>Vehicle speed</source>
        <translation>车速</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Flow</source>
        <translation>流量</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>排队</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>密度</translation>
    </message>
    <message>
        <source>Vehicles under way</source>
        <translation>在途车辆</translation>
    </message>
    <message>
        <source>Vehicles waiting to start</source>
        <translation>等待驶入的车辆</translation>
    </message>
    <message>
        <source>Vehicles moved out of jams</source>
        <translation>因堵死被移走的车辆</translation>
    </message>
    <message>
        <source>Trips completed</source>
        <translation>完成的行程</translation>
    </message>
    <message>
        <source>Mean duration of trips</source>
        <translation>平均行程时间</translation>
    </message>
    <message>
        <source>Mean time lost a trip</source>
        <translation>平均每程延误</translation>
    </message>
    <message>
        <source>Mean waiting time a trip</source>
        <translation>平均每程停车等待</translation>
    </message>
    <message>
        <source>Mean length of trips</source>
        <translation>平均行程长度</translation>
    </message>
    <message>
        <source>Depth in node</source>
        <translation>节点水深</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>水头</translation>
    </message>
    <message>
        <source>Overflow</source>
        <translation>溢流</translation>
    </message>
    <message>
        <source>Inflow</source>
        <translation>入流</translation>
    </message>
    <message>
        <source>Depth in pipe</source>
        <translation>管内水深</translation>
    </message>
    <message>
        <source>Rainfall</source>
        <translation>降雨</translation>
    </message>
    <message>
        <source>Volume of overflow</source>
        <translation>溢流总量</translation>
    </message>
    <message>
        <source>Volume of outflow</source>
        <translation>出流总量</translation>
    </message>
    <message>
        <source>Flow into inlet</source>
        <translation>进入雨水口的流量</translation>
    </message>
    <message>
        <source>Water depth</source>
        <translation>水深</translation>
    </message>
    <message>
        <source>Water level</source>
        <translation>水位</translation>
    </message>
    <message>
        <source>Greatest depth</source>
        <translation>最大水深</translation>
    </message>
    <message>
        <source>Flooded area (over 10 cm)</source>
        <translation>积水面积（超过 10 厘米）</translation>
    </message>
    <message>
        <source>Water on the surface</source>
        <translation>地表积水量</translation>
    </message>
    <message>
        <source>Volume of rain</source>
        <translation>降雨总量</translation>
    </message>
    <message>
        <source>Volume come up from pipes</source>
        <translation>从管道涌出的水量</translation>
    </message>
    <message>
        <source>Volume gone into inlets</source>
        <translation>进入雨水口的水量</translation>
    </message>
    <message>
        <source>Volume run off at the border</source>
        <translation>从边界流走的水量</translation>
    </message>
    <message>
        <source>Error of mass</source>
        <translation>质量误差</translation>
    </message>
    <message>
        <source>Pressure</source>
        <translation>压力</translation>
    </message>
    <message>
        <source>Demand</source>
        <translation>用水量</translation>
    </message>
    <message>
        <source>Velocity</source>
        <translation>流速</translation>
    </message>
    <message>
        <source>Lowest pressure</source>
        <translation>最低压力</translation>
    </message>
    <message>
        <source>Supplied</source>
        <translation>供水量</translation>
    </message>
    <message>
        <source>Walking speed</source>
        <translation>步行速度</translation>
    </message>
    <message>
        <source>People inside</source>
        <translation>室内人数</translation>
    </message>
    <message>
        <source>People out</source>
        <translation>已疏散人数</translation>
    </message>
    <message>
        <source>Evacuation time</source>
        <translation>疏散时间</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>Road closure</source>
        <translation>道路封闭</translation>
    </message>
    <message>
        <source>Where does traffic go when roads are closed?</source>
        <translation>道路封闭后车流去哪里？</translation>
    </message>
    <message>
        <source>Signal plan</source>
        <translation>信号配时</translation>
    </message>
    <message>
        <source>What does another signal program change?</source>
        <translation>换一套信号配时会改变什么？</translation>
    </message>
    <message>
        <source>Rainstorm of a return period</source>
        <translation>设计重现期暴雨</translation>
    </message>
    <message>
        <source>Where does water stand after a storm, and how deep?</source>
        <translation>暴雨之后哪里积水、多深？</translation>
    </message>
    <message>
        <source>Pump failure</source>
        <translation>水泵故障</translation>
    </message>
    <message>
        <source>Who has no pressure when a pump fails?</source>
        <translation>水泵故障时哪里没有水压？</translation>
    </message>
    <message>
        <source>Pipe burst</source>
        <translation>爆管</translation>
    </message>
    <message>
        <source>What does a burst cost in pressure and water?</source>
        <translation>爆管损失多少水压和水量？</translation>
    </message>
    <message>
        <source>Evacuation</source>
        <translation>疏散</translation>
    </message>
    <message>
        <source>How long until everybody is out?</source>
        <translation>全部人员撤离需要多久？</translation>
    </message>
    <message>
        <source>Event day</source>
        <translation>大型活动日</translation>
    </message>
    <message>
        <source>What if there is more traffic than on other days?</source>
        <translation>车流比平日多会怎样？</translation>
    </message>
    <message>
        <source>Area flooded at some time (over 10 cm)</source>
        <translation>曾积水面积（超过 10 厘米）</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>封闭</translation>
    </message>
    <message>
        <source>Speed limit</source>
        <translation>限速</translation>
    </message>
    <message>
        <source>Signal program</source>
        <translation>信号方案</translation>
    </message>
    <message>
        <source>Inflow from outside</source>
        <translation>外来入流</translation>
    </message>
    <message>
        <source>Head in the pipe below</source>
        <translation>下方管内水头</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>设定</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>开启</translation>
    </message>
    <message>
        <source>Area of the leak</source>
        <translation>泄漏面积</translation>
    </message>
    <message>
        <source>Base demand</source>
        <translation>基本用水量</translation>
    </message>
    <message>
        <source>Rain</source>
        <translation>降雨</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>People who arrive</source>
        <translation>到达人数</translation>
    </message>
    <message>
        <source>People who left here</source>
        <translation>由此离开的人数</translation>
    </message>
    <message>
        <source>People waiting to come in</source>
        <translation>等待进入的人数</translation>
    </message>
    <message>
        <source>People in the building</source>
        <translation>楼内人数</translation>
    </message>
    <message>
        <source>People on stairs</source>
        <translation>楼梯上的人数</translation>
    </message>
    <message>
        <source>Building empty after</source>
        <translation>全楼撤空用时</translation>
    </message>
    <message>
        <source>Greatest density (2 m squares)</source>
        <translation>最大密度（2 m 方格）</translation>
    </message>
    <message>
        <source>People the stairs take in all</source>
        <translation>楼梯累计可进入人数</translation>
    </message>
    <message>
        <source>People who came in here</source>
        <translation>由此进入的人数</translation>
    </message>
    <message>
        <source>People who left the stairs</source>
        <translation>离开楼梯的人数</translation>
    </message>
    <message>
        <source>People on this staircase</source>
        <translation>该楼梯上的人数</translation>
    </message>
    <message>
        <source>People on storeys</source>
        <translation>各层人数</translation>
    </message>
    <message>
        <source>Greatest water depth</source>
        <translation>最大水深</translation>
    </message>
    <message>
        <source>Greatest density of people</source>
        <translation>最大人员密度</translation>
    </message>
    <message>
        <source>signals off</source>
        <translation>信号灯停用</translation>
    </message>
</context>
<context>
    <name>ConnectionKinds</name>
    <message>
        <source>MQTT broker</source>
        <translation>MQTT 代理</translation>
    </message>
    <message>
        <source>Devices and gateways that publish topics, Sparkplug B too.</source>
        <translation>按主题发布数据的设备和网关，也支持 Sparkplug B。</translation>
    </message>
    <message>
        <source>Topic</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>OPC UA server</source>
        <translation>OPC UA 服务器</translation>
    </message>
    <message>
        <source>Controllers and SCADA systems whose variables can be browsed.</source>
        <translation>可浏览变量的控制器和 SCADA 系统。</translation>
    </message>
    <message>
        <source>Variable</source>
        <translation>变量</translation>
    </message>
    <message>
        <source>Web address (HTTP)</source>
        <translation>网址（HTTP）</translation>
    </message>
    <message>
        <source>Services that answer with JSON, asked again and again.</source>
        <translation>以 JSON 应答、定时查询的服务。</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>WebSocket</source>
        <translation>WebSocket</translation>
    </message>
    <message>
        <source>Services that send JSON by themselves.</source>
        <translation>主动推送 JSON 的服务。</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>File (CSV, Parquet)</source>
        <translation>文件（CSV、Parquet）</translation>
    </message>
    <message>
        <source>Recorded values, played as if they came live.</source>
        <translation>把记录的数值当作实时数据回放。</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Topics</source>
        <translation>订阅主题</translation>
    </message>
    <message>
        <source>Quality of service</source>
        <translation>服务质量</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>协议</translation>
    </message>
    <message>
        <source>Encrypted (TLS)</source>
        <translation>加密（TLS）</translation>
    </message>
    <message>
        <source>Certificate authority</source>
        <translation>证书颁发机构</translation>
    </message>
    <message>
        <source>Own certificate</source>
        <translation>本方证书</translation>
    </message>
    <message>
        <source>Own key</source>
        <translation>本方密钥</translation>
    </message>
    <message>
        <source>Client id</source>
        <translation>客户端标识</translation>
    </message>
    <message>
        <source>Browse from node</source>
        <translation>起始节点</translation>
    </message>
    <message>
        <source>Publishing interval (ms)</source>
        <translation>发布间隔（毫秒）</translation>
    </message>
    <message>
        <source>Security policy</source>
        <translation>安全策略</translation>
    </message>
    <message>
        <source>Messages are</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Server&apos;s certificate</source>
        <translation>服务器证书</translation>
    </message>
    <message>
        <source>Ask every (s)</source>
        <translation>查询间隔（秒）</translation>
    </message>
    <message>
        <source>Paths below the address</source>
        <translation>地址下的路径</translation>
    </message>
    <message>
        <source>The password is a token</source>
        <translation>密码是令牌</translation>
    </message>
    <message>
        <source>Field that names the message</source>
        <translation>消息名称所在字段</translation>
    </message>
    <message>
        <source>Send once connected</source>
        <translation>连接后发送</translation>
    </message>
    <message>
        <source>Speed (0: as fast as it goes)</source>
        <translation>速度（0：尽快）</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>From the start at the end</source>
        <translation>播完后从头开始</translation>
    </message>
    <message>
        <source>signed and encrypted</source>
        <translation>签名并加密</translation>
    </message>
    <message>
        <source>signed</source>
        <translation>仅签名</translation>
    </message>
    <message>
        <source>as if it came now</source>
        <translation>当作现在到达</translation>
    </message>
    <message>
        <source>as in the file</source>
        <translation>按文件中的时间</translation>
    </message>
</context>
<context>
    <name>PreviewModel</name>
    <message>
        <source>no template matches</source>
        <translation>没有匹配的模板</translation>
    </message>
    <message>
        <source>no such entity</source>
        <translation>没有此实体</translation>
    </message>
    <message>
        <source>goes in</source>
        <translation>已接入</translation>
    </message>
    <message>
        <source>Comes</source>
        <translation>收到</translation>
    </message>
    <message>
        <source>Entity</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>Indicator</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>bad</source>
        <translation>坏值</translation>
    </message>
    <message>
        <source>uncertain</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>comes in {0}, taken for {1}: state the unit that comes</source>
        <translation>来源单位为 {0}，却按 {1} 处理：请填写来源单位</translation>
    </message>
</context>
<context>
    <name>MappingForm</name>
    <message>
        <source>Template</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>Entity is</source>
        <translation>实体取自</translation>
    </message>
    <message>
        <source>Indicator is</source>
        <translation>指标取自</translation>
    </message>
    <message>
        <source>Value at</source>
        <translation>数值位置</translation>
    </message>
    <message>
        <source>Time at</source>
        <translation>时间位置</translation>
    </message>
    <message>
        <source>Quality at</source>
        <translation>质量位置</translation>
    </message>
    <message>
        <source>List of records at</source>
        <translation>记录列表位置</translation>
    </message>
    <message>
        <source>Unit that comes</source>
        <translation>来源单位</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>乘以</translation>
    </message>
    <message>
        <source>Plus</source>
        <translation>加上</translation>
    </message>
    <message>
        <source>Found by</source>
        <translation>查找依据</translation>
    </message>
    <message>
        <source>Messages are</source>
        <translation>消息格式</translation>
    </message>
    <message>
        <source>path; * for every number; empty: as usual</source>
        <translation>路径；* 取全部数字；留空按惯例</translation>
    </message>
    <message>
        <source>empty: time, timestamp, ts, or when it came</source>
        <translation>留空：time、timestamp、ts 或到达时间</translation>
    </message>
    <message>
        <source>empty: quality, or good</source>
        <translation>留空：quality，否则视为良好</translation>
    </message>
    <message>
        <source>empty: the message itself</source>
        <translation>留空：消息本身</translation>
    </message>
    <message>
        <source>empty: that of the type</source>
        <translation>留空：与类型一致</translation>
    </message>
    <message>
        <source>id, code or name</source>
        <translation>编号、管理编码或名称</translation>
    </message>
    <message>
        <source>id</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>management code</source>
        <translation>管理编码</translation>
    </message>
    <message>
        <source>name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>whatever they are</source>
        <translation>自动识别</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>plain text</source>
        <translation>纯文本</translation>
    </message>
    <message>
        <source>Sparkplug B</source>
        <translation>Sparkplug B</translation>
    </message>
    <message>
        <source>Times and plus are numbers.</source>
        <translation>乘数和加数须为数字。</translation>
    </message>
</context>
<context>
    <name>MappingPage</name>
    <message>
        <source>Left out within messages: {0}. A mapping takes one with its path in “{1}”.</source>
        <translation>消息内未取用的值：{0}。在映射的“{1}”中写明路径即可取用。</translation>
    </message>
    <message>
        <source>Mapping</source>
        <translation>映射</translation>
    </message>
    <message>
        <source>Add mapping</source>
        <translation>添加映射</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Propose</source>
        <translation>自动建议</translation>
    </message>
    <message>
        <source>What comes and where it goes</source>
        <translation>收到的数据及其去向</translation>
    </message>
    <message numerus="yes">
        <source>Create the %n unknown entities, of type</source>
        <translation>
            <numerusform>新建这 %n 个未知实体，类型为</numerusform>
        </translation>
    </message>
    <message>
        <source>{0} values go in · {1} of unknown entities · {2} names without a template</source>
        <translation>{0} 个数值已接入 · {1} 个属于未知实体 · {2} 个名称没有模板</translation>
    </message>
</context>
<context>
    <name>ConnectionsPanel</name>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>What does not go in</source>
        <translation>未接入的数据</translation>
    </message>
    <message>
        <source>Nothing is connected yet. Live values come from MQTT brokers, OPC UA servers, web services and files.</source>
        <translation>还没有连接。实时数据可来自 MQTT 代理、OPC UA 服务器、网络服务和文件。</translation>
    </message>
    <message>
        <source>Connect a source…</source>
        <translation>连接数据源…</translation>
    </message>
    <message>
        <source>New connection…</source>
        <translation>新建连接…</translation>
    </message>
    <message>
        <source>Edit… (Enter)</source>
        <translation>编辑…（回车）</translation>
    </message>
    <message>
        <source>Start or stop</source>
        <translation>启动或停止</translation>
    </message>
    <message>
        <source>{0} samples</source>
        <translation>{0} 个样本</translation>
    </message>
    <message>
        <source>{0} late</source>
        <translation>{0} 个迟到</translation>
    </message>
    <message>
        <source>{0} twice</source>
        <translation>{0} 个重复</translation>
    </message>
    <message>
        <source>{0} ahead of time</source>
        <translation>{0} 个超前</translation>
    </message>
    <message>
        <source>{0} bad</source>
        <translation>{0} 个坏值</translation>
    </message>
    <message>
        <source>{0} dropped by slow readers</source>
        <translation>{0} 个因读取过慢而丢弃</translation>
    </message>
    <message>
        <source>What does not go in: no template or no entity matches it</source>
        <translation>未接入的数据：没有匹配的模板或实体</translation>
    </message>
    <message>
        <source>Everything that comes goes in.</source>
        <translation>收到的数据已全部接入。</translation>
    </message>
    <message>
        <source>Remove (Delete)</source>
        <translation>删除（Delete）</translation>
    </message>
</context>
<context>
    <name>OptionField</name>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>one a line</source>
        <translation>每行一个</translation>
    </message>
</context>
<context>
    <name>SourcePage</name>
    <message>
        <source>Kind of source</source>
        <translation>数据源种类</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>As it shall be called here</source>
        <translation>在此处显示的名称</translation>
    </message>
    <message>
        <source>Kept in the key store of this desktop, never in the project.</source>
        <translation>保存在本机的密钥环中，不会写入项目。</translation>
    </message>
    <message>
        <source>This desktop has no key store: kept in {0}, readable by you alone.</source>
        <translation>本机没有密钥环：保存在 {0}，仅您可读。</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>选择文件</translation>
    </message>
</context>
<context>
    <name>ConnectionsModel</name>
    <message>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>A second</source>
        <translation>每秒</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>未知实体</translation>
    </message>
    <message>
        <source>Unmapped</source>
        <translation>未映射</translation>
    </message>
    <message>
        <source>Unreadable</source>
        <translation>无法解析</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>最新</translation>
    </message>
    <message>
        <source>{0} ago</source>
        <translation>{0}前</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>启动中</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>连接中</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>Tries again</source>
        <translation>重试中</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>已结束</translation>
    </message>
</context>
<context>
    <name>ConnectionWizard</name>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Connect and look</source>
        <translation>连接并查看</translation>
    </message>
    <message>
        <source>Finish and start</source>
        <translation>完成并启动</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>New connection</source>
        <translation>新建连接</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>连接中…</translation>
    </message>
    <message>
        <source>Connected. Nothing has come yet.</source>
        <translation>已连接，尚未收到数据。</translation>
    </message>
    <message>
        <source>Connected. {0} names, {1} messages so far.</source>
        <translation>已连接。目前 {0} 个名称，{1} 条消息。</translation>
    </message>
    <message>
        <source>Connection: {0}</source>
        <translation>连接：{0}</translation>
    </message>
</context>
<context>
    <name>DifferenceLegend</name>
    <message>
        <source>{0}, mean over the run</source>
        <translation>{0}，全程平均</translation>
    </message>
</context>
<context>
    <name>RunComparisonPanel</name>
    <message>
        <source>Select two to four runs in the Simulation panel and press Compare there.</source>
        <translation>在“推演”面板中选择二至四次推演，然后按“比较”。</translation>
    </message>
    <message>
        <source>Both runs in the scene, side by side</source>
        <translation>在场景中并排显示两次推演</translation>
    </message>
    <message>
        <source>Report of the comparison</source>
        <translation>比较报告</translation>
    </message>
    <message>
        <source>Compare no more</source>
        <translation>结束比较</translation>
    </message>
    <message>
        <source>Difference drawn in the scene</source>
        <translation>在场景中绘制的差异</translation>
    </message>
    <message>
        <source>The run whose difference from A is drawn</source>
        <translation>与 A 求差的推演</translation>
    </message>
    <message>
        <source>Save as web page (HTML)…</source>
        <translation>另存为网页（HTML）…</translation>
    </message>
    <message>
        <source>Save as PDF…</source>
        <translation>另存为 PDF…</translation>
    </message>
    <message>
        <source>Course</source>
        <translation>过程</translation>
    </message>
    <message>
        <source>Figures compared</source>
        <translation>指标比较</translation>
    </message>
    <message>
        <source>Entities that changed</source>
        <translation>有变化的实体</translation>
    </message>
    <message>
        <source>Entities that changed ({0})</source>
        <translation>有变化的实体（{0}）</translation>
    </message>
    <message>
        <source>No difference map</source>
        <translation>不绘差异图</translation>
    </message>
    <message>
        <source>Difference map: {0}</source>
        <translation>差异图：{0}</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Entity</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>Mean or total of</source>
        <translation>均值或累计</translation>
    </message>
    <message>
        <source>Go to the largest difference</source>
        <translation>转到差异最大处</translation>
    </message>
    <message>
        <source>Beside the live picture: {0}</source>
        <translation>与实时画面并排：{0}</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>Comparison of runs</source>
        <translation>推演比较</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>In the scene</source>
        <translation>场景</translation>
    </message>
    <message>
        <source>Course</source>
        <translation>过程</translation>
    </message>
    <message>
        <source>Entities that changed most</source>
        <translation>变化最大的实体</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>推演</translation>
    </message>
    <message>
        <source>Scenario</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Simulated</source>
        <translation>推演时段</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>The scenarios say the same.</source>
        <translation>各方案内容相同。</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>差异项</translation>
    </message>
    <message>
        <source>Assumptions</source>
        <translation>假设</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Entity</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>{0} more changed less.</source>
        <translation>另有 {0} 个变化较小。</translation>
    </message>
    <message>
        <source>{0}: computed {1}, twin revision {2}, {3}</source>
        <translation>{0}：计算于 {1}，孪生版本 {2}，{3}</translation>
    </message>
    <message>
        <source>Computed with</source>
        <translation>计算环境</translation>
    </message>
    <message>
        <source>The scene when the report was made.</source>
        <translation>生成报告时的场景。</translation>
    </message>
    <message>
        <source>Difference map: {0}, {1} − {2}.</source>
        <translation>差异图：{0}，{1} − {2}。</translation>
    </message>
    <message>
        <source>Report saved: {0}</source>
        <translation>报告已保存：{0}</translation>
    </message>
    <message>
        <source>{0} from {1} on</source>
        <translation>{0}（自{1}起）</translation>
    </message>
    <message>
        <source>City as of</source>
        <translation>城市时刻</translation>
    </message>
    <message>
        <source>Clock begins</source>
        <translation>起始时间</translation>
    </message>
    <message>
        <source>Duration (s)</source>
        <translation>时长（s）</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Coupling</source>
        <translation>耦合</translation>
    </message>
    <message>
        <source>Parameter</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Goes on from</source>
        <translation>接续自</translation>
    </message>
    <message>
        <source>Checkpoint every (s)</source>
        <translation>检查点间隔（s）</translation>
    </message>
    <message>
        <source>Mean or total of</source>
        <translation>均值或累计</translation>
    </message>
    <message>
        <source>Ends early</source>
        <translation>提前结束</translation>
    </message>
    <message>
        <source>Computed in</source>
        <translation>计算用时</translation>
    </message>
    <message>
        <source>{0} from the beginning</source>
        <translation>{0}（自始）</translation>
    </message>
</context>
<context>
    <name>ImportButton</name>
    <message>
        <source>Import DTDL</source>
        <translation>导入 DTDL</translation>
    </message>
    <message>
        <source>Files…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Folder with all files below…</source>
        <translation>文件夹及其下所有文件…</translation>
    </message>
    <message>
        <source>Interfaces may extend those of other files that come with them.</source>
        <translation>接口可以扩展同时导入的其他文件中的接口。</translation>
    </message>
</context>
<context>
    <name>EntityRules</name>
    <message>
        <source>Of its type</source>
        <translation>所属类型的规则</translation>
    </message>
    <message>
        <source>Of the project</source>
        <translation>项目的规则</translation>
    </message>
    <message>
        <source>Its own</source>
        <translation>自身的规则</translation>
    </message>
    <message>
        <source>{0}, for {1}</source>
        <translation>{0}，持续 {1}</translation>
    </message>
</context>
<context>
    <name>ReasonDialog</name>
    <message>
        <source>Reason for changes</source>
        <translation>修改原因</translation>
    </message>
    <message>
        <source>It is noted in the history with each change until you clear it.</source>
        <translation>在清除之前，每次修改都会在历史中记下此原因。</translation>
    </message>
    <message>
        <source>Survey of March, permit 2026/114, …</source>
        <translation>三月测量、许可 2026/114……</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>All entities</source>
        <translation>全部实体</translation>
    </message>
    <message>
        <source>Selected entities ({0})</source>
        <translation>选中的实体（{0}）</translation>
    </message>
    <message>
        <source>Entities that match</source>
        <translation>符合条件的实体</translation>
    </message>
    <message>
        <source>Part of a name, or a condition: height &gt; 30</source>
        <translation>名称的一部分，或条件：height &gt; 30</translation>
    </message>
    <message>
        <source>Condition</source>
        <translation>条件</translation>
    </message>
    <message>
        <source>Choose file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message numerus="yes">
        <source>%n entities are written.</source>
        <translation><numerusform>写入 %n 个实体。</numerusform></translation>
    </message>
    <message>
        <source>As things are at: {0}</source>
        <translation>时刻：{0}</translation>
    </message>
</context>
<context>
    <name>ChoicesForm</name>
    <message>
        <source>Choose a file of control and check points</source>
        <translation>选择控制点和检查点文件</translation>
    </message>
    <message>
        <source>Choose points of another survey (LAS, LAZ)</source>
        <translation>选择另一次测量的点云（LAS、LAZ）</translation>
    </message>
    <message>
        <source>Choose transforms.json or reconstruction.json</source>
        <translation>选择 transforms.json 或 reconstruction.json</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>对比数据</translation>
    </message>
    <message>
        <source>Control and check points</source>
        <translation>控制点和检查点</translation>
    </message>
    <message>
        <source>Control points</source>
        <translation>控制点</translation>
    </message>
    <message>
        <source>EPSG code or name</source>
        <translation>EPSG 代码或名称</translation>
    </message>
    <message>
        <source>Known poses</source>
        <translation>已知位姿</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Points (*.csv *.txt);;All files (*)</source>
        <translation>点 (*.csv *.txt);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Points of another survey</source>
        <translation>另一次测量的点云</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>Their CRS</source>
        <translation>控制点坐标系</translation>
    </message>
    <message>
        <source>Without it</source>
        <translation>不使用</translation>
    </message>
    <message>
        <source>as the file says: {0}</source>
        <translation>按文件所述：{0}</translation>
    </message>
    <message>
        <source>no other survey</source>
        <translation>无其他测量</translation>
    </message>
    <message>
        <source>none: to be found</source>
        <translation>无：由照片求解</translation>
    </message>
    <message>
        <source>none: placed by GPS</source>
        <translation>无：用 GPS 定位</translation>
    </message>
    <message>
        <source>Train a radiance field too</source>
        <translation>同时训练辐射场</translation>
    </message>
    <message>
        <source>A second way to the surface, strong where pairs of photos are weak; takes much longer</source>
        <translation>获得表面的第二种途径，在照片像对较弱处更强；耗时长得多</translation>
    </message>
    <message>
        <source>Geoid grid</source>
        <translation>大地水准面格网</translation>
    </message>
    <message>
        <source>Choose a grid of geoid heights (GTX, GeoTIFF): heights of photographs are then above the ellipsoid</source>
        <translation>选择大地水准面高格网（GTX、GeoTIFF）：此时照片的高程视为椭球高</translation>
    </message>
    <message>
        <source>none: heights as stated</source>
        <translation>无：按照片所记的高程</translation>
    </message>
    <message>
        <source>Geoid grids (*.gtx *.tif)</source>
        <translation>大地水准面格网 (*.gtx *.tif)</translation>
    </message>
    <message>
        <source>the project's: {0}</source>
        <translation>按项目：{0}</translation>
    </message>
</context>
<context>
    <name>FootprintMap</name>
    <message>
        <source>No photograph states where it was taken</source>
        <translation>没有照片记录拍摄位置</translation>
    </message>
    <message>
        <source>Footprints and positions of the photographs</source>
        <translation>照片的覆盖范围和拍摄位置</translation>
    </message>
</context>
<context>
    <name>PhotoModel</name>
    <message>
        <source>0 is sharp, 1 nothing but blur</source>
        <translation>0 为清晰，1 为完全模糊</translation>
    </message>
    <message>
        <source>As the photograph states it; its datum is not known</source>
        <translation>照片所记；高程基准未知</translation>
    </message>
    <message>
        <source>Blur (0–1)</source>
        <translation>模糊 (0–1)</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>Height (m)</source>
        <translation>高度 (m)</translation>
    </message>
    <message>
        <source>Light (%)</source>
        <translation>亮度 (%)</translation>
    </message>
    <message>
        <source>Mean brightness</source>
        <translation>平均亮度</translation>
    </message>
    <message>
        <source>Of the camera from straight down</source>
        <translation>相机与竖直向下的夹角</translation>
    </message>
    <message>
        <source>Overlap (%)</source>
        <translation>重叠 (%)</translation>
    </message>
    <message>
        <source>Photograph</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Position (GPS)</source>
        <translation>位置 (GPS)</translation>
    </message>
    <message>
        <source>Share of the ground that the best neighbour sees too</source>
        <translation>与重叠最大的相邻照片共有的地面比例</translation>
    </message>
    <message>
        <source>Tilt (°)</source>
        <translation>倾角 (°)</translation>
    </message>
    <message>
        <source>nothing to object to</source>
        <translation>无异常</translation>
    </message>
</context>
<context>
    <name>PhotosPanel</name>
    <message>
        <source>Choose a folder of photographs in the Reconstruct panel.</source>
        <translation>请在“重建”面板中选择照片文件夹。</translation>
    </message>
    <message>
        <source>Looking at the photographs…</source>
        <translation>正在检查照片…</translation>
    </message>
    <message>
        <source>Map of footprints</source>
        <translation>照片覆盖图</translation>
    </message>
    <message>
        <source>Photographs</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>overlap {0} %</source>
        <translation>重叠 {0} %</translation>
    </message>
    <message>
        <source>{0} m a pixel</source>
        <translation>每像素 {0} m</translation>
    </message>
    <message>
        <source>{0} of {1} photographs can be used</source>
        <translation>{1} 张照片中 {0} 张可用</translation>
    </message>
    <message>
        <source>{0} seen, {1} % of it by three and more</source>
        <translation>覆盖 {0}，其中 {1} % 有三张以上</translation>
    </message>
</context>
<context>
    <name>Reconstruct</name>
    <message>
        <source>Dense matching</source>
        <translation>密集匹配</translation>
    </message>
    <message>
        <source>Draft (1600 px)</source>
        <translation>草稿（1600 像素）</translation>
    </message>
    <message>
        <source>Georeference</source>
        <translation>地理参考</translation>
    </message>
    <message>
        <source>High (full size)</source>
        <translation>高（原始尺寸）</translation>
    </message>
    <message>
        <source>Normal (3200 px)</source>
        <translation>标准（3200 像素）</translation>
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
        <source>Products</source>
        <translation>成果</translation>
    </message>
    <message>
        <source>Surface</source>
        <translation>表面</translation>
    </message>
    <message>
        <source>about a minute</source>
        <translation>约 1 分钟</translation>
    </message>
    <message>
        <source>about {0} h</source>
        <translation>约 {0} 小时</translation>
    </message>
    <message>
        <source>about {0} min</source>
        <translation>约 {0} 分钟</translation>
    </message>
    <message>
        <source>Radiance field</source>
        <translation>辐射场</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>对比</translation>
    </message>
</context>
<context>
    <name>ReconstructPanel</name>
    <message>
        <source>Start anew</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>CHOICES</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Choose a folder of photographs, or drop one here. They are looked at before anything long begins.</source>
        <translation>选择照片文件夹，或将其拖放到此处。在开始耗时处理之前会先检查照片。</translation>
    </message>
    <message>
        <source>Choose folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Folder of photographs</source>
        <translation>照片文件夹</translation>
    </message>
    <message>
        <source>Known once the photographs have been looked at.</source>
        <translation>检查照片后可知。</translation>
    </message>
    <message>
        <source>New project…</source>
        <translation>新建项目…</translation>
    </message>
    <message>
        <source>Open or make a project first: the products become its layers.</source>
        <translation>请先打开或新建项目：成果将成为其图层。</translation>
    </message>
    <message>
        <source>PHOTOGRAPHS</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>RUNS OF THIS PROJECT</source>
        <translation>本项目的重建</translation>
    </message>
    <message>
        <source>STEPS</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Show photographs</source>
        <translation>显示照片</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>THIS RUN NEEDS</source>
        <translation>所需资源</translation>
    </message>
    <message>
        <source>That is more disk than is free.</source>
        <translation>超过可用磁盘空间。</translation>
    </message>
    <message>
        <source>That is more memory than is free: the run may be ended for it.</source>
        <translation>超过可用内存：处理可能因此中断。</translation>
    </message>
    <message>
        <source>{0} of disk ({1} free)</source>
        <translation>磁盘 {0}（可用 {1}）</translation>
    </message>
    <message>
        <source>{0} of memory ({1} free)</source>
        <translation>内存 {0}（可用 {1}）</translation>
    </message>
    <message>
        <source>{0} of {1} can be used</source>
        <translation>{1} 张中 {0} 张可用</translation>
    </message>
    <message>
        <source>{0} with a position</source>
        <translation>{0} 张有位置</translation>
    </message>
    <message>
        <source>{0} with remarks</source>
        <translation>{0} 张有备注</translation>
    </message>
    <message>
        <source>Neither the photographs nor the project say where this is. Give control points below, or put the scene in the middle of the project's CRS for now.</source>
        <translation>照片和项目都没有说明位置。请在下方提供控制点，或暂时把场景放在项目坐标系适用范围的中央。</translation>
    </message>
    <message>
        <source>Put it there</source>
        <translation>放在那里</translation>
    </message>
    <message>
        <source>Counted as photographs from the ground, as none states that it looks down: points and a mesh, no orthophoto.</source>
        <translation>按地面拍摄的照片估算，因为没有照片说明是向下拍的：只生成点云和网格，没有正射影像。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Go on after the last finished step of the run</source>
        <translation>从此次运行最后完成的步骤之后继续</translation>
    </message>
    <message>
        <source>New project for them…</source>
        <translation>为它们新建项目…</translation>
    </message>
    <message>
        <source>Photographs of another place</source>
        <translation>照片属于别处</translation>
    </message>
    <message>
        <source>Reconstruct “{0}” in this project?</source>
        <translation>在此项目中重建“{0}”吗？</translation>
    </message>
    <message>
        <source>Start anyway</source>
        <translation>仍然开始</translation>
    </message>
    <message>
        <source>.</source>
        <translation>。</translation>
    </message>
    <message>
        <source>{0} on {1} cores, if they have nothing else to do</source>
        <translation>{0}（{1} 核，且无其他任务占用）</translation>
    </message>
    <message>
        <source>The radiance field comes on top: {0}, {1} of memory.</source>
        <translation>另需训练辐射场：{0}，内存 {1}。</translation>
    </message>
</context>
<context>
    <name>ReconstructSession</name>
    <message>
        <source>A reconstruction is running; wait for it or cancel it.</source>
        <translation>正在重建；请等待完成或取消。</translation>
    </message>
    <message>
        <source>Check of {0}</source>
        <translation>检查 {0}</translation>
    </message>
    <message>
        <source>Open or make a project first: products become its layers.</source>
        <translation>请先打开或新建项目：成果将成为其图层。</translation>
    </message>
</context>
<context>
    <name>StepList</name>
    <message>
        <source>Layers of the project</source>
        <translation>项目图层</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>沿用</translation>
    </message>
    <message>
        <source>kept ({0})</source>
        <translation>沿用（{0}）</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>{0} added</source>
        <translation>已添加 {0} 个</translation>
    </message>
</context>
<context>
    <name>_RunRow</name>
    <message>
        <source>Go on with this run</source>
        <translation>继续此次重建</translation>
    </message>
    <message>
        <source>Show its report</source>
        <translation>显示报告</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>{0} of {1} steps</source>
        <translation>{0}/{1} 步</translation>
    </message>
</context>
<context>
    <name>QueueModel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Confidence (%)</source>
        <translation>置信度 (%)</translation>
    </message>
    <message>
        <source>Height (m)</source>
        <translation>高度 (m)</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>crown {0}</source>
        <translation>冠幅 {0}</translation>
    </message>
</context>
<context>
    <name>ReviewPanel</name>
    <message>
        <source>Accept (A)</source>
        <translation>接受 (A)</translation>
    </message>
    <message>
        <source>Correct (E)</source>
        <translation>修正 (E)</translation>
    </message>
    <message>
        <source>Reject (X)</source>
        <translation>拒绝 (X)</translation>
    </message>
    <message>
        <source>Entities that wait for review</source>
        <translation>待审核的实体</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Least confidence</source>
        <translation>最低置信度</translation>
    </message>
    <message>
        <source>Most confidence</source>
        <translation>最高置信度</translation>
    </message>
    <message>
        <source>to</source>
        <translation>至</translation>
    </message>
    <message>
        <source>All kinds</source>
        <translation>所有类型</translation>
    </message>
    <message>
        <source>{0} of {1} reviewed</source>
        <translation>已审核 {0}/{1}</translation>
    </message>
    <message>
        <source>Nothing of this kind and confidence waits.</source>
        <translation>没有符合该类型和置信度的待审核项。</translation>
    </message>
    <message>
        <source>Everything has been reviewed.</source>
        <translation>已全部审核。</translation>
    </message>
    <message>
        <source>Nothing waits for review. Extract buildings and trees from a layer of points or heights: they come here first.</source>
        <translation>没有待审核项。从点云或高程图层提取的建筑物和树木会先到这里。</translation>
    </message>
    <message>
        <source>Extract from…</source>
        <translation>提取自…</translation>
    </message>
    <message>
        <source>No layer of points or heights</source>
        <translation>没有点云或高程图层</translation>
    </message>
    <message>
        <source>Buildings and trees of {0}</source>
        <translation>{0} 的建筑物和树木</translation>
    </message>
    <message>
        <source>Model for {0}</source>
        <translation>用于 {0} 的模型</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX 模型 (*.onnx)</translation>
    </message>
    <message>
        <source>{0} in {1}</source>
        <translation>{1} 中的 {0}</translation>
    </message>
    <message>
        <source>{0} with a model…</source>
        <translation>{0}（用模型识别）…</translation>
    </message>
    <message>
        <source>{0} of this kind and confidence</source>
        <translation>符合筛选条件的 {0} 个</translation>
    </message>
</context>
<context>
    <name>PanelMemory</name>
    <message>
        <source>The plugin {0} keeps taking memory: {1} in {2} s, and gives none back.</source>
        <translation>插件 {0} 不断占用内存：{2} 秒内 {1}，且不释放。</translation>
    </message>
    <message>
        <source>Disable it</source>
        <translation>停用它</translation>
    </message>
</context>
<context>
    <name>NotifyDialog</name>
    <message>
        <source>Addresses with commas between; for a webhook one address</source>
        <translation>多个地址用逗号分隔；Webhook 只填一个地址</translation>
    </message>
    <message>
        <source>A test of the notification of alarms.</source>
        <translation>这是一条告警通知测试。</translation>
    </message>
    <message>
        <source>Notification of alarms</source>
        <translation>告警通知</translation>
    </message>
    <message>
        <source>Who is told</source>
        <translation>通知对象</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Send a test</source>
        <translation>发送测试</translation>
    </message>
    <message>
        <source>Put into service</source>
        <translation>投入使用</translation>
    </message>
    <message>
        <source>Mail server of this project</source>
        <translation>本项目的邮件服务器</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>发送中…</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>By</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>To</source>
        <translation>发往</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>令牌</translation>
    </message>
    <message>
        <source>From priority</source>
        <translation>最低优先级</translation>
    </message>
    <message>
        <source>Unacknowledged for</source>
        <translation>未确认达</translation>
    </message>
    <message>
        <source>Again every</source>
        <translation>重复间隔</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Mail server</source>
        <translation>邮件服务器</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Encryption</source>
        <translation>加密</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Sender</source>
        <translation>发件人</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The test was sent.</source>
        <translation>测试已发送。</translation>
    </message>
    <message>
        <source>In service</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Causes only, no consequences</source>
        <translation>只通知根因，不含后果</translation>
    </message>
    <message>
        <source>Also when it is over</source>
        <translation>恢复时也通知</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>邮件</translation>
    </message>
    <message>
        <source>Webhook</source>
        <translation>Webhook</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>Add who is told</source>
        <translation>添加通知对象</translation>
    </message>
    <message>
        <source>Nobody is told yet. Somebody can be told by e-mail, a web service (webhook) or sound: at once, or when nobody has acknowledged for some time. If nobody answers, a second entry with more time tells somebody else.</source>
        <translation>还没有通知对象。可以通过邮件、网络服务（Webhook）或声音通知：立即通知，或在一段时间无人确认后通知。若无人响应，可另加一条等待时间更长的通知，告知其他人。</translation>
    </message>
</context>
<context>
    <name>SignInDialog</name>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>用户名</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>This project asks who acts on its alarms and rules.</source>
        <translation>此项目要求登录后才能处理告警和规则。</translation>
    </message>
</context>
<context>
    <name>AccountsDialog</name>
    <message>
        <source>Accounts</source>
        <translation>账户</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <source>Save account</source>
        <translation>保存账户</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Nobody acts without signing in</source>
        <translation>必须登录才能操作</translation>
    </message>
    <message>
        <source>Signed in: {0}, {1}</source>
        <translation>已登录：{0}，{1}</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>用户名</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Nobody is signed in; whoever opened the project acts.</source>
        <translation>未登录；以打开项目者的身份操作。</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>已保存。</translation>
    </message>
    <message>
        <source>Nobody is signed in; nobody acts until then.</source>
        <translation>无人登录；登录前任何人不能操作。</translation>
    </message>
    <message>
        <source>Only administrators change accounts.</source>
        <translation>只有管理员可以更改账户。</translation>
    </message>
    <message>
        <source>Sign in…</source>
        <translation>登录…</translation>
    </message>
    <message>
        <source>There are no accounts yet. Make one for an administrator first, then one for everybody who acts on alarms and rules; then demand that they sign in.</source>
        <translation>还没有账户。请先创建一个管理员账户，再为每位处理告警和规则的人员创建账户，然后要求登录。</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Remove account</source>
        <translation>删除账户</translation>
    </message>
    <message>
        <source>Remove the account of “{0}”? This cannot be undone. What {0} did stays in the journal.</source>
        <translation>要删除“{0}”的账户吗？此操作无法撤销，{0} 的操作记录仍保留在日志中。</translation>
    </message>
    <message>
        <source>Sign out without input after</source>
        <translation>无操作自动退出登录</translation>
    </message>
    <message>
        <source>{0} h</source>
        <translation>{0} 小时</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分钟</translation>
    </message>
</context>
<context>
    <name>People</name>
    <message>
        <source>Observer</source>
        <translation>观察员</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>值班员</translation>
    </message>
    <message>
        <source>Engineer</source>
        <translation>工程师</translation>
    </message>
    <message>
        <source>Administrator</source>
        <translation>管理员</translation>
    </message>
    <message>
        <source>Acknowledges, resets, comments, shelves for up to 8 hours.</source>
        <translation>可确认、复位、备注，搁置最长 8 小时。</translation>
    </message>
    <message>
        <source>Also changes rules and connections, takes out of service, shelves for long.</source>
        <translation>还可更改规则和连接、停用告警、长期搁置。</translation>
    </message>
    <message>
        <source>Also makes accounts.</source>
        <translation>还可管理账户。</translation>
    </message>
    <message>
        <source>Looks.</source>
        <translation>仅可查看。</translation>
    </message>
    <message>
        <source>No input: {0} is signed out in {1} s. Any key or move of the mouse keeps you signed in.</source>
        <translation>无操作：{0} 将在 {1} 秒后自动退出登录。按任意键或移动鼠标即可保持登录。</translation>
    </message>
    <message>
        <source>Sign in…</source>
        <translation>登录…</translation>
    </message>
    <message>
        <source>Stay signed in</source>
        <translation>保持登录</translation>
    </message>
    <message>
        <source>{0} was signed out after {1} min without input. Alarms can be looked at; acting on them asks for a name.</source>
        <translation>{0} 因 {1} 分钟无操作已自动退出登录。告警仍可查看，处理告警前需登录。</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Save the alarm report</source>
        <translation>保存告警报告</translation>
    </message>
    <message>
        <source>Alarm report</source>
        <translation>告警报告</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Rates, peaks, floods, the ten most frequent, chattering and stale alarms beside the targets of ISA-18.2 and EEMUA 191.</source>
        <translation>频率、峰值、泛滥、最频繁的十个、抖动和陈旧告警，并对照 ISA-18.2 与 EEMUA 191 的目标值。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>写入中…</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>最近一天</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>最近 7 天</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>最近 30 天</translation>
    </message>
    <message>
        <source>Last year</source>
        <translation>最近一年</translation>
    </message>
    <message>
        <source>Save as PDF…</source>
        <translation>保存为 PDF…</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>已保存。</translation>
    </message>
    <message>
        <source>Accuracy report: {0}</source>
        <translation>精度报告：{0}</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>在浏览器中打开</translation>
    </message>
    <message>
        <source>Reading the report…</source>
        <translation>正在读取报告…</translation>
    </message>
    <message>
        <source>Report as PDF</source>
        <translation>PDF 报告</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>Saved {0}</source>
        <translation>已保存 {0}</translation>
    </message>
    <message>
        <source>Writing {0}…</source>
        <translation>正在写入 {0}…</translation>
    </message>
</context>
<context>
    <name>AlarmReport</name>
    <message>
        <source>Reading the journal</source>
        <translation>读取告警日志</translation>
    </message>
    <message>
        <source>Alarm report {0}</source>
        <translation>告警报告 {0}</translation>
    </message>
</context>
<context>
    <name>ServiceDialog</name>
    <message numerus="yes">
        <source>Take %n alarms out of service</source>
        <translation>
            <numerusform>停用 %n 个告警</numerusform>
        </translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>They stay silent until somebody puts them back.</source>
        <translation>在重新投用之前保持静默。</translation>
    </message>
    <message>
        <source>Take out of service</source>
        <translation>停用</translation>
    </message>
</context>
<context>
    <name>IncidentReplay</name>
    <message>
        <source>Incident replay</source>
        <translation>事件回放</translation>
    </message>
    <message>
        <source>Camera follows</source>
        <translation>视角跟随</translation>
    </message>
    <message>
        <source>To the event before</source>
        <translation>上一事件</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>播放或暂停</translation>
    </message>
    <message>
        <source>To the next event</source>
        <translation>下一事件</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Time of the incident</source>
        <translation>事件时间</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>经过</translation>
    </message>
    <message>
        <source>Trend: {0}</source>
        <translation>趋势：{0}</translation>
    </message>
    <message>
        <source>without input for long</source>
        <translation>长时间无操作</translation>
    </message>
</context>
<context>
    <name>ControlPanel</name>
    <message>
        <source>Choose a folder of photographs in the Reconstruct panel first.</source>
        <translation>请先在“重建”面板中选择照片文件夹。</translation>
    </message>
    <message>
        <source>Click marks the point. Arrows move the mark by 0.1 px, with Shift by 1 px. Delete removes it, Ctrl+Z takes back, Page Up and Page Down change the photograph.</source>
        <translation>单击标记该点。方向键以 0.1 像素移动标记，按住 Shift 为 1 像素。Delete 移除，Ctrl+Z 撤销，Page Up 和 Page Down 切换照片。</translation>
    </message>
    <message>
        <source>Control and check points</source>
        <translation>控制点和检查点</translation>
    </message>
    <message>
        <source>No photograph is known to show this point.</source>
        <translation>没有已知拍到该点的照片。</translation>
    </message>
    <message>
        <source>Open a table of surveyed points (name, east, north, height; marks may be missing) and mark them in the photographs.</source>
        <translation>打开测量点表（名称、东、北、高；可以没有标记），并在照片中标记。</translation>
    </message>
    <message>
        <source>Open points…</source>
        <translation>打开测量点…</translation>
    </message>
    <message>
        <source>Photograph, zoomed at the point</source>
        <translation>在该点处放大的照片</translation>
    </message>
    <message>
        <source>Photographs that should show the point</source>
        <translation>应拍到该点的照片</translation>
    </message>
    <message>
        <source>Points (*.csv *.txt);;All files (*)</source>
        <translation>点 (*.csv *.txt);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Reading {0}…</source>
        <translation>正在读取 {0}…</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Save marks</source>
        <translation>保存标记</translation>
    </message>
    <message>
        <source>Save points and marks</source>
        <translation>保存点和标记</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>未保存</translation>
    </message>
    <message>
        <source>{0} points</source>
        <translation>{0} 个点</translation>
    </message>
    <message>
        <source>{0} with fewer than two marks</source>
        <translation>{0} 个点的标记少于两个</translation>
    </message>
</context>
<context>
    <name>PointModel</name>
    <message>
        <source>East</source>
        <translation>东</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高</translation>
    </message>
    <message>
        <source>In the last run of these photographs</source>
        <translation>在这些照片的上次重建中</translation>
    </message>
    <message>
        <source>Known after a run with this point</source>
        <translation>用该点重建后可知</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>标记</translation>
    </message>
    <message>
        <source>North</source>
        <translation>北</translation>
    </message>
    <message>
        <source>Off (m)</source>
        <translation>偏差 (m)</translation>
    </message>
    <message>
        <source>Off (px)</source>
        <translation>偏差 (px)</translation>
    </message>
    <message>
        <source>Point</source>
        <translation>点</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>用途</translation>
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
        <source>east {0}, north {1}, up {2} m</source>
        <translation>东 {0}，北 {1}，高 {2} m</translation>
    </message>
</context>
<context>
    <name>FmiMappingDialog</name>
    <message>
        <source>Variables of the unit</source>
        <translation>单元的变量</translation>
    </message>
    <message>
        <source>Inputs and outputs are exchanged as values of an entity; parameters keep the value given here. What is left empty is called as the unit calls it.</source>
        <translation>输入与输出作为实体的数值交换；参数保持此处给定的值。留空者沿用单元中的名称。</translation>
    </message>
    <message>
        <source>Variable</source>
        <translation>变量</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Entity</source>
        <translation>实体</translation>
    </message>
    <message>
        <source>Indicator</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Use selected entity</source>
        <translation>用所选实体</translation>
    </message>
    <message>
        <source>input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>parameter</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>empty: {0}</source>
        <translation>留空则为：{0}</translation>
    </message>
    <message>
        <source>Inputs and outputs are exchanged as values of an entity, given by its name or code; parameters keep the value given here. What is left empty is as the unit has it, in grey.</source>
        <translation>输入和输出作为实体的数值进行交换，实体可用名称或编码给出；参数保持此处给出的值。留空者采用单元自身的设定（灰色）。</translation>
    </message>
    <message>
        <source>Use {0}</source>
        <translation>使用“{0}”</translation>
    </message>
    <message>
        <source>The city has no entity {0}. OK again keeps it as a name, as other engines have them.</source>
        <translation>城市中没有实体{0}。再次按“确定”则作为名称保留，供其他引擎使用。</translation>
    </message>
</context>
<context>
    <name>TypesCheck</name>
    <message>
        <source>Check a change of types</source>
        <translation>检查类型变更</translation>
    </message>
    <message>
        <source>Apply a change of types</source>
        <translation>应用类型更改</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancelled; nothing was changed.</source>
        <translation>已取消，未作任何更改。</translation>
    </message>
</context>
<context>
    <name>ProjectSettings</name>
    <message>
        <source>not stated</source>
        <translation>未指明</translation>
    </message>
    <message>
        <source>Project settings</source>
        <translation>项目设置</translation>
    </message>
    <message>
        <source>such as 330206</source>
        <translation>如 330206</translation>
    </message>
    <message>
        <source>Administrative division</source>
        <translation>行政区划</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Six digits of GB/T 2260, of the district or county.</source>
        <translation>GB/T 2260 六位数字，填区县代码。</translation>
    </message>
    <message>
        <source>Not stated: new management codes begin with {0}.</source>
        <translation>未指明：新的管理编码以 {0} 开头。</translation>
    </message>
    <message>
        <source>{0}: new management codes begin with {1}.</source>
        <translation>{0}：新的管理编码以 {1} 开头。</translation>
    </message>
    <message>
        <source>Codes that were given before stay as they are.</source>
        <translation>已给出的编码保持不变。</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Project CRS</source>
        <translation>项目坐标系</translation>
    </message>
    <message>
        <source>Height above</source>
        <translation>高程基准</translation>
    </message>
    <message>
        <source>Space codes with height</source>
        <translation>三维空间码</translation>
    </message>
    <message>
        <source>as the standard's clauses say</source>
        <translation>按标准正文</translation>
    </message>
    <message>
        <source>as public libraries write them</source>
        <translation>按公开程序库</translation>
    </message>
    <message>
        <source>Take heights to be above the ellipsoid already</source>
        <translation>视项目高程为椭球高</translation>
    </message>
    <message>
        <source>Codes with height need heights above the ellipsoid. Without this they are converted, and where that cannot be done there are none. Readings differ below the ellipsoid and from 1,839.5 m.</source>
        <translation>三维空间码需要椭球高。不勾选时进行换算，无法换算则不给出。两种读法在椭球面以下和 1,839.5 米以上有所不同。</translation>
    </message>
</context>
<context>
    <name>AlarmBars</name>
    <message>
        <source>{0}: {1} alarms, {2} – {3}</source>
        <translation>{0}：{1} 条告警，{2} – {3}</translation>
    </message>
    <message>
        <source>{0}: one alarm, {2} – {3}</source>
        <translation>{0}：1 条告警，{2} – {3}</translation>
    </message>
</context>
<context>
    <name>LackingValues</name>
    <message>
        <source>Entities without these values</source>
        <translation>没有这些值的实体</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>另有 {0} 个</translation>
    </message>
    <message>
        <source>Leave open what is not filled in here</source>
        <translation>此处未填的先空着，以后补填</translation>
    </message>
    <message>
        <source>“{0}” needs values that {1} of {2} entities do not have.</source>
        <translation>“{0}”必填的值，{2} 个实体中有 {1} 个没有。</translation>
    </message>
    <message>
        <source>Only these were looked at, of {0}.</source>
        <translation>共 {0} 个，只查看了这些。</translation>
    </message>
</context>
<context>
    <name>EngineParameter</name>
    <message>
        <source>Step (s)</source>
        <translation>步长（秒）</translation>
    </message>
    <message>
        <source>Roads</source>
        <translation>道路</translation>
    </message>
    <message>
        <source>Traffic into the area</source>
        <translation>进入区域的车流</translation>
    </message>
    <message>
        <source>Heights</source>
        <translation>高程</translation>
    </message>
    <message>
        <source>Vehicles look for other ways</source>
        <translation>车辆可改道</translation>
    </message>
    <message>
        <source>Network file</source>
        <translation>管网或路网文件</translation>
    </message>
    <message>
        <source>Routes</source>
        <translation>路径文件</translation>
    </message>
    <message>
        <source>Pipes</source>
        <translation>管道</translation>
    </message>
    <message>
        <source>Where people walk</source>
        <translation>人员行走区域</translation>
    </message>
    <message>
        <source>Exits</source>
        <translation>出口</translation>
    </message>
    <message>
        <source>Passages between rooms</source>
        <translation>房间之间的通道</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人数</translation>
    </message>
    <message>
        <source>Obstacles</source>
        <translation>障碍物</translation>
    </message>
    <message>
        <source>Buildings that are walls</source>
        <translation>挡水建筑</translation>
    </message>
    <message>
        <source>Cell size (m)</source>
        <translation>网格大小（米）</translation>
    </message>
    <message>
        <source>Extent (m)</source>
        <translation>范围（米）</translation>
    </message>
    <message>
        <source>Rain (mm/h)</source>
        <translation>雨强（毫米/时）</translation>
    </message>
    <message>
        <source>Course of the rain</source>
        <translation>降雨过程</translation>
    </message>
    <message>
        <source>Edge of an inlet (m)</source>
        <translation>雨水口周长（米）</translation>
    </message>
    <message>
        <source>Area of an inlet (m²)</source>
        <translation>雨水口面积（平方米）</translation>
    </message>
    <message>
        <source>Inlets</source>
        <translation>雨水口</translation>
    </message>
    <message>
        <source>Roughness (Manning)</source>
        <translation>糙率（曼宁系数）</translation>
    </message>
    <message>
        <source>Unit (FMU)</source>
        <translation>单元文件（FMU）</translation>
    </message>
    <message>
        <source>Factor of the demand</source>
        <translation>车流倍数</translation>
    </message>
    <message>
        <source>Roads told every (s)</source>
        <translation>道路结果间隔（秒）</translation>
    </message>
    <message>
        <source>Vehicles told every (s)</source>
        <translation>车辆位置间隔（秒）</translation>
    </message>
    <message>
        <source>Loose ends joined within (m)</source>
        <translation>断头连接距离（米）</translation>
    </message>
    <message>
        <source>Clock of the network at the beginning (s)</source>
        <translation>路网起始时刻（秒）</translation>
    </message>
    <message>
        <source>Entrances from other storeys</source>
        <translation>来自其他楼层的入口</translation>
    </message>
    <message>
        <source>Way to the entrance (s)</source>
        <translation>到入口的用时（s）</translation>
    </message>
    <message>
        <source>Depths kept every (s)</source>
        <translation>水深保存间隔（s）</translation>
    </message>
    <message>
        <source>Exits onto stairs</source>
        <translation>通往楼梯的出口</translation>
    </message>
    <message>
        <source>Height of the floor (m)</source>
        <translation>地面高度（m）</translation>
    </message>
    <message>
        <source>Stairs</source>
        <translation>楼梯</translation>
    </message>
    <message>
        <source>Storeys</source>
        <translation>楼层</translation>
    </message>
    <message>
        <source>People, {0}</source>
        <translation>人数，{0}</translation>
    </message>
</context>
<context>
    <name>Heights</name>
    <message>
        <source>Project's datum</source>
        <translation>项目基准</translation>
    </message>
    <message>
        <source>Ground (terrain)</source>
        <translation>地面（地形）</translation>
    </message>
    <message>
        <source>WGS 84 ellipsoid</source>
        <translation>WGS 84 椭球面</translation>
    </message>
    <message>
        <source>Yellow Sea 1985</source>
        <translation>1985国家高程基准</translation>
    </message>
    <message>
        <source>Yellow Sea 1956</source>
        <translation>1956年黄海高程系</translation>
    </message>
    <message>
        <source>EGM2008 geoid</source>
        <translation>EGM2008 大地水准面</translation>
    </message>
    <message>
        <source>EGM96 geoid</source>
        <translation>EGM96 大地水准面</translation>
    </message>
    <message>
        <source>Unknown datum</source>
        <translation>基准未知</translation>
    </message>
</context>
<context>
    <name>DatumDialog</name>
    <message>
        <source>Height above another datum</source>
        <translation>相对其他基准的高程</translation>
    </message>
    <message>
        <source>The height is stated above this datum; the thing stays.</source>
        <translation>高程以此基准表示；实体位置不变。</translation>
    </message>
    <message>
        <source>EPSG code or name</source>
        <translation>EPSG 代码或名称</translation>
    </message>
    <message>
        <source>Vertical datum</source>
        <translation>高程基准</translation>
    </message>
    <message>
        <source>State height</source>
        <translation>以此表示高程</translation>
    </message>
</context>
<context>
    <name>Branching</name>
    <message>
        <source>{0}  (after {1})</source>
        <translation>{0}（{1}后）</translation>
    </message>
    <message>
        <source>{0}, from {1} on</source>
        <translation>{0}，自 {1} 起</translation>
    </message>
    <message>
        <source>as long as the run did until then</source>
        <translation>与原运行到该时刻同样长的时间</translation>
    </message>
    <message>
        <source>Go on at once: {0}.</source>
        <translation>可直接继续：{0}。</translation>
    </message>
    <message>
        <source>after {0}</source>
        <translation>开始后{0}</translation>
    </message>
    <message>
        <source>Begin again from the start, as they keep no state: {0}. Takes {1}.</source>
        <translation>没有自身状态、须从头重算：{0}，需要{1}。</translation>
    </message>
</context>
<context>
    <name>ShownCell</name>
    <message>
        <source>Drawn on the ground: {0}</source>
        <translation>已画在地面上：{0}</translation>
    </message>
</context>
<context>
    <name>GroundChanges</name>
    <message numerus="yes">
        <source>%n thing(s) stand above the ground, and the terrain is another one now.</source>
        <translation><numerusform>%n 个实体的高程相对地面，而地形已经改变。</numerusform></translation>
    </message>
    <message>
        <source>Move with the ground</source>
        <translation>随地面移动</translation>
    </message>
</context>
<context>
    <name>ConnectionEditing</name>
    <message>
        <source>{0} is back, but its password went with it: write it again.</source>
        <translation>{0} 已恢复，但其密码已随之删除：请重新填写。</translation>
    </message>
</context>
<context>
    <name>RulesField</name>
    <message numerus="yes">
        <source>%n rules</source>
        <translation><numerusform>%n 条规则</numerusform></translation>
    </message>
    <message>
        <source>All rules</source>
        <translation>全部规则</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>按名称筛选</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
</context>
<context>
    <name>LivePreview</name>
    <message>
        <source>A photograph, and what the field makes of it</source>
        <translation>一张照片，以及辐射场对它的还原</translation>
    </message>
    <message>
        <source>PSNR over the training</source>
        <translation>训练过程中的 PSNR</translation>
    </message>
    <message>
        <source>The surface so far, in the scene: {0} points</source>
        <translation>目前的表面已显示在场景中：{0} 个点</translation>
    </message>
    <message>
        <source>PSNR {0} dB on a held-out photograph</source>
        <translation>留出照片的 PSNR {0} dB</translation>
    </message>
    <message>
        <source>PSNR {0} dB on a photograph</source>
        <translation>一张照片的 PSNR {0} dB</translation>
    </message>
    <message>
        <source>loss {0}</source>
        <translation>损失 {0}</translation>
    </message>
    <message>
        <source>step {0} of {1}</source>
        <translation>第 {0} 步，共 {1} 步</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>剩余 {0}</translation>
    </message>
</context>
<context>
    <name>Engine</name>
    <message>
        <source>Level {0}</source>
        <translation>第{0}层</translation>
    </message>
    <message>
        <source>Traffic</source>
        <translation>交通</translation>
    </message>
    <message>
        <source>Surface water</source>
        <translation>地表水</translation>
    </message>
    <message>
        <source>Sewers</source>
        <translation>排水管网</translation>
    </message>
    <message>
        <source>Water mains</source>
        <translation>供水管网</translation>
    </message>
    <message>
        <source>People</source>
        <translation>行人</translation>
    </message>
    <message>
        <source>Whole building</source>
        <translation>整栋建筑</translation>
    </message>
</context>
<context>
    <name>TakenUnits</name>
    <message>
        <source>Open a project first: units belong to a project's scenarios.</source>
        <translation>请先打开项目：仿真单元属于项目的情景。</translation>
    </message>
</context>
<context>
    <name>Forecast</name>
    <message>
        <source>The forecast</source>
        <translation>预测画面</translation>
    </message>
    <message>
        <source>Forecast: {0}</source>
        <translation>预测：{0}</translation>
    </message>
    <message>
        <source>Forecast: {0}, {1}</source>
        <translation>预测：{0}，{1}</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>Forecast: {0}, as if it began at {1}</source>
        <translation>预测：{0}，假定自 {1} 开始</translation>
    </message>
    <message>
        <source> · nothing of it is drawn in this scene</source>
        <translation> · 本场景中没有可绘制的内容</translation>
    </message>
</context>
<context>
    <name>Restarts</name>
    <message>
        <source>starting again: {0}</source>
        <translation>正在重新启动：{0}</translation>
    </message>
    <message>
        <source>{0}: {1} has caught up, and the run goes on.</source>
        <translation>{0}：{1}已恢复到原处，推演继续。</translation>
    </message>
    <message>
        <source>{0}: {1} ended unexpectedly at {2} and is started again.</source>
        <translation>{0}：{1}在 {2} 意外退出，正在重新启动。</translation>
    </message>
    <message>
        <source> What was computed is kept; {0}: waiting for it.</source>
        <translation>已算出的结果保留；{0}在等待。</translation>
    </message>
</context>
</TS>
