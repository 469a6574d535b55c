"""A routes file to begin with, as `coldchain alerts init` writes it."""

#: The environment variable that the example takes its one address from.
ADDRESS = "COLDCHAIN_COURIER"

EXAMPLE = """\
# 谁会收到什么消息。检查：coldchain alerts route --explain
# Who is told of what. Check it: coldchain alerts route --explain
#
# 地址是 apprise URL，属于机密：放在环境变量（env:名称）或文件（file:路径）里，不写在这里。
# An address is an apprise URL, and a secret: it is in an environment variable (env:NAME) or in
# a file (file:PATH), never written here.
#   export COLDCHAIN_COURIER='ntfys://ntfy.example.com/harbour'   # json://host:port/, mailto://…

[[recipients]]
name = "courier"
language = "zh-CN"          # 消息语言：zh-CN 或 en / the language of messages: zh-CN or en
crews = ["harbour"]         # 登记表中的班组 / crews as the registry names them
channels = { phone = "env:COLDCHAIN_COURIER" }
# shift = ["06:00-14:00"]   # 当班时段，先通知当班的人 / on duty: of a crew, these hear first
# quiet = ["22:00-07:00"]   # 免打扰：只推迟“注意” / warnings wait, critical ones never do
# role = "operator"         # 页面角色：courier、operator、inspector / what the pages show them
# counties = ["chengyang"]  # 所辖县区（"@depot"）/ the counties they answer for ("@depot")

# 第一条相符的规则生效；"@crew" 是该设备的班组。没有写的条件不限制。
# The first rule that fits holds; "@crew" is the device's crew. What is not said does not limit.
[[rules]]
name = "vans"
kind = ["van"]
to = ["@crew", "courier"]
# 无人应答时 / where nobody answers:
# escalate = [{ after_minutes = 10, to = ["duty"] }]
# repeat_minutes = 60       # 之后每隔多久提醒 / and again to all who were told, so often

# 药品和疫苗的严重告警至少通知三人：规则里不够时，用后续步骤和默认名单补足。
# A critical alarm about medicine or vaccine goes to three people at least: where a rule names
# fewer, those of its steps and of the default are told at once.

# 其余情况 / all else
[default]
to = ["courier"]
"""
