"""Every word of the pages, zh-CN and en."""

from alerts.routes import Language

_WORDS: dict[str, tuple[str, str]] = {
    "coldchain": ("冷链", "Coldchain"),
    "mine": ("我的告警", "My alerts"),
    "all_alerts": ("全部告警", "All alerts"),
    "shift": ("交接班", "Shift hand-over"),
    "shift_short": ("交接班", "Shift"),
    "inspect_short": ("查验", "Inspect"),
    "other_language": ("English", "中文"),
    "as_of": ("更新于 {time}", "As of {time}"),
    "refresh": ("刷新", "Refresh"),
    "offline": ("无网络：显示的是上次内容", "No network: this is the last copy"),
    "queued": ("无网络：已保存，有信号后自动发送", "No network: kept, sent when there is signal"),
    "back": ("返回列表", "Back to the list"),
    "skip": ("跳到内容", "Skip to the content"),
    "none_open": ("没有未处理的告警。", "Nothing is waiting for you."),
    "unlisted_open": (
        "另有 {count} 条未结束的告警未列出（先列严重的，再列新的）。",
        "{count} more open alerts are not listed (critical first, then the newest).",
    ),
    "unlisted_over": (
        "另有 {count} 条已结束的告警未列出。",
        "{count} more alerts that are over are not listed.",
    ),
    "since": ("{time} 起", "since {time}"),
    "earlier": ("已结束", "Over"),
    "kept_quiet": ("暂不通知", "Kept quiet"),
    # states
    "new": ("待通知", "Not told yet"),
    "firing": ("待应答", "Waiting for an answer"),
    "escalated": ("已升级，待应答", "Escalated, no answer"),
    "acknowledged": ("处理中", "In hand"),
    "resolved": ("已恢复，无人应答", "Over, nobody answered"),
    "closed": ("已结束", "Over"),
    "critical": ("严重", "Critical"),
    "warning": ("注意", "Warning"),
    # one alert
    "no_alert": ("没有这条告警，或不归您处理。", "No such alert, or it is not yours."),
    "what_now": ("现在要做", "What to do"),
    "in_message": ("这条消息：", "This message:"),
    "counted": ("{count} 处，严重 {grave}", "{count} in all, {grave} critical"),
    "take_all": (
        "一次应答全部（{counted}）。原因是？",
        "I have all of it ({counted}). Why did it happen?",
    ),
    "take_it": ("我来处理。原因是？", "I have it. Why did it happen?"),
    "unloading": ("装卸货", "Loading or unloading"),
    "unit-failed": ("制冷故障", "Cooling failed"),
    "goods-moved": ("货已转移", "Goods moved"),
    "probe-wrong": ("探头有误", "Probe is wrong"),
    "other": ("其他", "Other"),
    "other_what": ("其他原因（请写明）", "Another reason (in words)"),
    "send": ("提交", "Send"),
    "in_hand_by": ("{who} 处理中（{time}）：{cause}", "{who} has it since {time}: {cause}"),
    "answer_again": ("改为由我处理", "I take it over"),
    "sent_waiting": (
        "已收到，正在登记。请稍后刷新。",
        "Received, being entered. Refresh in a moment.",
    ),
    "plot": ("温度曲线", "Temperature"),
    "plot_title": (
        "{place} 温度曲线，{start} 至 {end}，极值 {peak} °C",
        "Temperature of {place}, {start} to {end}, extreme {peak} °C",
    ),
    "no_plot": ("暂无曲线。", "No plot for now."),
    "limit": ("限 {celsius:g} °C", "limit {celsius:g} °C"),
    "air": ("空气", "air"),
    "product": ("货温", "product"),
    "parcels": ("包裹（{count} 件）", "Parcels ({count})"),
    "parcels_more": ("另有 {count} 件未列出。", "{count} more are not listed."),
    "no_parcels": ("没有登记的包裹。", "No parcels are known aboard."),
    "history": ("经过", "What happened"),
    "comment": ("备注", "Comment"),
    "comment_text": ("写一条备注", "Write a comment"),
    "silence": ("静音", "Silence"),
    "silence_about": (
        "静音期间不再通知这台设备；到期仍异常会再通知，并提前提醒您。",
        "Nobody is told of this device meanwhile; what is still wrong at the end is told, and "
        "you are reminded before.",
    ),
    "reason": ("原因", "Reason"),
    "how_long": ("多久", "How long"),
    "minutes": ("{count} 分钟", "{count} min"),
    "hours": ("{count} 小时", "{count} h"),
    "told": ("已通知", "Told"),
    "waiting": ("待送达", "Waiting to be sent"),
    "nobody": ("无", "nobody"),
    # events
    "worse": ("通知", "told"),
    "breach": ("再次异常", "came back"),
    "over": ("恢复", "over"),
    "undone": ("撤销", "taken back"),
    "stale": ("历史数据，不通知", "old data, nobody told"),
    "silenced": ("静音中，暂不通知", "silenced, not told yet"),
    "inhibited": ("已由更严重的告警说明", "a graver alert says it"),
    "acknowledge": ("应答", "answered"),
    "outdated": (
        "应答不算：之后曾恢复，又再次异常",
        "answer does not count: it was over, and came back, since",
    ),
    "outgrown": (
        "应答不算：之后又加重了，请再看",
        "answer does not count: it got worse since, look again",
    ),
    "overdue": ("无人应答，升级", "no answer, escalated"),
    "unheard": ("送不到，升级", "could not be sent, escalated"),
    "lasting": ("提醒", "reminded"),
    # shift
    "unanswered": ("待应答", "Waiting for an answer"),
    "in_hand": ("处理中", "In hand"),
    "silences": ("静音", "Silences"),
    "silence_line": (
        "{where}，{who}：{reason}，到 {time}",
        "{where}, {who}: {reason}, until {time}",
    ),
    "held_back": ("压住 {count} 处异常", "holds back {count}"),
    "end_now": ("立即结束", "End now"),
    "is_over": ("已结束", "over"),
    "devices_out": ("失联设备", "Devices not heard from"),
    "not_delivered": ("未送达的消息", "Messages that did not get through"),
    "given-up": ("放弃", "given up"),
    "uncertain": ("不确定", "uncertain"),
    "notes": ("交班留言", "Notes for the next shift"),
    "note_text": ("给下一班的话", "What the next shift has to know"),
    "none": ("无。", "None."),
    "silence_device": ("静音一台设备", "Silence a device"),
    "device": ("设备编号", "Device"),
    "compartment": ("舱（空：全部）", "Compartment (empty: all)"),
    "above": ("超温", "too warm"),
    "below": ("过冷", "too cold"),
    # refusals
    "come_by_link": (
        "请点开告警消息里的链接进入。",
        "Please come by the link in an alert's message.",
    ),
    "session_over": (
        "登录已过期，请点开最近一条消息里的链接。",
        "Your session is over: open the link in your latest message.",
    ),
    "link_bad": (
        "链接无效或已过期。请点开最近一条消息里的链接，或联系值班员。",
        "This link is not good or has expired. Open the one in your latest message, or ask the "
        "operator.",
    ),
    "not_known": (
        "您已不在通知名单中，请联系值班员。",
        "You are not on the list: ask the operator.",
    ),
    "not_yours": ("您的角色不能这样做。", "Your role may not do this."),
    "bad_form": (
        "表单无效，请返回刷新后重试。",
        "This form is not good: go back, refresh and try again.",
    ),
    "too_long": ("内容太长。", "That is too long."),
    "need_text": ("请写明原因。", "Please say why, in words."),
    "not_sent": (
        "没有登记成功，请稍后重试。",
        "It could not be entered; try again in a moment.",
    ),
    "no_database": ("告警服务尚未启动。", "The alert service has not begun yet."),
    "no_page": ("没有这个页面。", "No such page."),
    "fault": ("页面出错，请稍后重试。", "Something went wrong; try again in a moment."),
}


def words(language: Language) -> dict[str, str]:
    """All words in one language, by name."""
    index = ("zh-CN", "en").index(language)
    return {name: both[index] for name, both in _WORDS.items()}
