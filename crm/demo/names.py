"""Invented names and sentences of the demo company. No name here is meant to be a real organisation."""

from __future__ import annotations

ORGANISATION = "常青企业大学 Evergreen"

#: team → parent
TEAMS: dict[str, str | None] = {
    "总部": None,
    "华东团队": "总部",
    "华南团队": "总部",
    "大客户部": "总部",
    "International": "总部",
    "培训交付": "总部",
}

#: login, name, role, team, job title, language. The first of each role is printed by `make run`.
USERS: list[tuple[str, str, str, str, str, str]] = [
    ("admin", "顾清源", "administrator", "总部", "系统管理员", "zh-hans"),
    ("manager", "沈若兰", "manager", "总部", "客户中心总监", "zh-hans"),
    ("sales", "陈思远", "sales", "华东团队", "客户经理", "zh-hans"),
    ("agent", "何雨桐", "agent", "华东团队", "客服专员", "zh-hans"),
    ("trainer", "罗景行", "trainer", "培训交付", "讲师", "zh-hans"),
    ("analyst", "Mei Tan", "analyst", "总部", "Data analyst", "en"),
    ("erp", "ERP", "integration", "总部", "Order interface", "en"),
    ("zhou", "周启明", "sales", "华东团队", "客户经理", "zh-hans"),
    ("lin", "林嘉怡", "sales", "大客户部", "大客户经理", "zh-hans"),
    ("ma", "马莉", "sales", "华南团队", "客户经理", "zh-hans"),
    ("wu", "吴家豪", "sales", "华南团队", "客户经理", "zh-hant"),
    ("ana", "Ana Reyes", "sales", "International", "Account manager", "en"),
    ("tom", "Tom Becker", "manager", "International", "Head of international", "en"),
    ("xu", "许文静", "manager", "华东团队", "华东区经理", "zh-hans"),
]

CHINESE_STEMS = (
    "东澜 华宸 联讯 青岚 明州 海晟 云杉 瑞禾 北辰 泓远 启川 锦帆 恒岳 澄湖 星汉 凌波 鼎澄 嘉屿 广陵 "
    "长汀 南屏 玉衡 安澜 宏屿 盛禾 君岳 晨屿 天衢 棠溪 千帆 静海 沧浪 润泽 松岭 金岫 白鹭 远山 汇川 "
    "融江 正阳 信川 和泰 弘川 立信达 景程 德润 诚屿 博望 万象汇 新岸"
).split()

#: industry → (kinds of organisation in Chinese, in English)
TRADES: dict[str, tuple[list[str], list[str]]] = {
    "ports": (
        ["港务集团", "船舶代理", "国际物流", "码头股份有限公司"],
        ["Terminal Services", "Freight", "Port Agency"],
    ),
    "banking": (["农村商业银行", "银行 {city}分行", "村镇银行"], ["Trust Bank", "Savings Bank"]),
    "insurance": (["人寿保险 {city}分公司", "财产保险", "健康保险"], ["Insurance", "Mutual Life"]),
    "telecom": (["通信 {city}分公司", "网络科技", "数字传媒"], ["Telecom", "Networks"]),
    "energy": (["城市燃气", "电力工程", "新能源"], ["Energy", "Utilities"]),
    "manufacturing": (["重工 培训中心", "精密制造", "汽车零部件"], ["Crane Works", "Precision", "Motors"]),
    "technology": (["科技园 企业大学", "软件股份有限公司", "智能装备"], ["Systems", "Cloud"]),
    "retail": (["食品集团", "百货", "连锁超市"], ["Foods", "Retail Group"]),
    "health": (["医院管理", "健康产业集团"], ["Clinics", "Care Group"]),
    "public": (["公共事务中心", "人才发展中心"], ["Public Service Academy"]),
    "construction": (["建设集团", "物业服务"], ["Construction", "Estates"]),
}

ENGLISH_STEMS = (
    "Meridian Harbour Northstar Pacific Lantern Kestrel Cedar Bluewater Summit Orchid Sterling "
    "Tidewater Juniper Crown Silverlake Redwood Eastgate Fairmont Highland Marlow"
).split()

CHINESE_CITIES = {
    "华东团队": ["上海", "南京", "杭州", "宁波", "苏州", "无锡", "合肥", "舟山", "徐州", "济南"],
    "华南团队": ["广州", "深圳", "厦门", "佛山", "珠海", "福州", "海口", "南宁"],
    "大客户部": ["北京", "上海", "深圳", "天津", "成都", "武汉"],
}
REGIONS = {
    "上海": "上海", "南京": "江苏", "杭州": "浙江", "宁波": "浙江", "苏州": "江苏", "无锡": "江苏", "合肥": "安徽", "舟山": "浙江",
    "徐州": "江苏", "济南": "山东", "广州": "广东", "深圳": "广东", "厦门": "福建", "佛山": "广东", "珠海": "广东", "福州": "福建",
    "海口": "海南", "南宁": "广西", "北京": "北京", "天津": "天津", "成都": "四川", "武汉": "湖北",
}  # fmt: skip
WORLD_CITIES = [
    ("Hong Kong", "HKD"),
    ("Singapore", "SGD"),
    ("Rotterdam", "EUR"),
    ("Manila", "USD"),
    ("Sydney", "USD"),
]

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
GIVEN = (
    "海涛 敏 文博 嘉怡 启明 晓峰 雪梅 建国 思源 雨桐 子涵 志强 丽华 国栋 婷婷 俊杰 静怡 浩然 欣怡 伟 "
    "芳 娜 磊 洋 艳 勇 军 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 文静 博文 昊天 诗涵 宇轩 梓萱 一鸣 景行 "
    "若兰 清源 家豪 美玲 振宇 立新 晓雯 建华 佩瑶"
).split()
FIRST = (
    "Lena Marco Grace David Priya Daniel Sofia Hiro Emma Lucas Aisha Peter Nadia Oliver Chloe Ravi "
    "Julia Kenji Clara Omar"
).split()
LAST = (
    "Fischer Rossi Tan Miller Nair Cohen Alvarez Sato Clark Meyer Khan Novak Haddad Brown Lee Patel "
    "Weber Mori Lund Farah"
).split()

JOB_TITLES = [
    "培训经理",
    "人力资源总监",
    "人力资源副总",
    "培训主管",
    "分管副行长",
    "学习发展经理",
    "采购经理",
    "总经理助理",
]
JOB_TITLES_EN = ["Training manager", "HR director", "Learning lead", "Procurement manager", "Head of people"]
DEPARTMENTS = ["人力资源部", "培训中心", "运营部", "客户服务部", "采购部"]
DEPARTMENTS_EN = ["Human resources", "Learning", "Operations", "Procurement"]

#: code, name, kind, unit, list price in CNY
PRODUCTS: list[tuple[str, str, str, str, int]] = [
    ("IN-SAFE", "一线班组长安全管理（内训）", "in_house", "班", 43000),
    ("IN-SERV", "客户服务与投诉处理（内训）", "in_house", "班", 38000),
    ("IN-LEAD", "中层领导力工作坊（内训）", "in_house", "班", 68000),
    ("IN-SALE", "大客户销售实战（内训）", "in_house", "班", 52000),
    ("OP-DG", "危险货物申报员", "open_course", "席", 2600),
    ("OP-TRN", "企业内训师 TTT", "open_course", "席", 3800),
    ("OP-DATA", "数据分析入门", "open_course", "席", 2200),
    ("OP-COMP", "金融合规与反洗钱", "open_course", "席", 1900),
    ("OP-CX", "客户体验管理", "open_course", "席", 2900),
    ("PR-NEW", "新员工成长计划", "programme", "人", 5200),
    ("PR-MGR", "储备干部年度项目", "programme", "人", 12800),
    ("CE-SERV", "服务管理师认证", "certification", "人", 3200),
    ("CO-NEED", "培训需求诊断", "consulting", "天", 9000),
    ("MA-CASE", "案例库年度授权", "material", "年", 26000),
]

TAGS = [
    "央国企",
    "上市公司",
    "年度框架",
    "线上学习",
    "内训师培养",
    "合规培训",
    "Overseas",
    "价格敏感",
    "推荐人",
]

TALK: list[tuple[str, str, str]] = [
    ("phone", "确认下季度培训计划", "预算已报批，计划三月开两期，请先出大纲。"),
    ("phone", "跟进报价", "对方在比较两家，关注讲师经验和案例。"),
    ("visit", "拜访培训负责人", "了解今年重点是一线服务和合规，希望配套测试。"),
    ("visit", "与人力资源副总见面", "支持继续合作，提出按年度框架结算。"),
    ("wechat", "发送课程大纲", "已收到，会上讨论后回复。"),
    ("wechat", "节日问候", "对方表示感谢，约年后见面。"),
    ("email", "发送结业报告", "附满意度和改进建议，对方转给业务部门。"),
    ("meeting", "课后复盘会", "学员反馈案例贴近业务，希望增加演练时间。"),
    ("seminar", "参加公开课试听", "对数据分析课程有兴趣，询问团报价。"),
    ("event", "参加年度客户论坛", "和同行交流了内训师体系。"),
]
TALK_EN: list[tuple[str, str, str]] = [
    ("email", "Sent the course outline", "They will discuss it with operations and come back next week."),
    (
        "phone",
        "Quarterly check-in",
        "Happy with the last class; asks for an English-speaking trainer in spring.",
    ),
    ("meeting", "Review after delivery", "Attendance was good; wants a shorter format for shift workers."),
    ("email", "Unused seats", "Asks whether unused seats can move to the next course."),
    ("visit", "Site visit", "Met the new learning lead; budget is set in December."),
]
TASK_TITLES = [
    "致电回访",
    "发送续约方案",
    "安排高管拜访",
    "确认开班时间",
    "补充客户资料",
    "回复报价问题",
    "准备课程建议书",
]
TASK_TITLES_EN = [
    "Call back",
    "Send renewal terms",
    "Confirm class dates",
    "Prepare a course proposal",
    "Answer the price question",
]

#: login → what those without customers of their own have to do
OWN_TASKS: dict[str, list[str]] = {
    "manager": ["审批高管拜访名单", "复核战略客户续约方案", "主持周度客户优化会"],
    "xu": ["复核华东预警处理情况", "陪同拜访重点客户"],
    "tom": ["Review open warnings with Ana", "Prepare the quarterly business review"],
    "agent": ["回访上周开班学员单位", "补登柜面互动记录"],
    "trainer": ["确认开班教材", "收集课后反馈"],
    "analyst": ["Check the backtest of last month", "Update the segment map proposal"],
    "admin": ["检查夜间运算结果"],
}
