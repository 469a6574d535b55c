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

# 第一条相符的规则生效；"@crew" 是该设备的班组。没有写的条件不限制。
# The first rule that fits holds; "@crew" is the device's crew. What is not said does not limit.
[[rules]]
name = "vans"
kind = ["van"]
to = ["@crew", "courier"]
# 无人应答时 / where nobody answers:
# escalate = [{ after_minutes = 10, to = ["duty"] }]

# 其余情况 / all else
[default]
to = ["courier"]
"""
