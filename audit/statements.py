"""What checking a bundle can say, in words: one table, zh-CN and en."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coldchain.reasons import Language

_SENTENCES: dict[str, dict[Language, str]] = {
    # proved
    "signature": {
        "en": "the bundle is as it was signed at {made} by key {key}",
        "zh-CN": "本文件与 {made} 由密钥 {key} 签名时一致",
    },
    "trusted": {
        "en": "that key is the one given, or it was handed over to: {key}",
        "zh-CN": "该密钥即所给密钥，或由其移交：{key}",
    },
    "chain": {
        "en": "{count} seals in an unbroken chain, {first} to {last}",
        "zh-CN": "{count} 个封存签名前后相连，{first} 至 {last}",
    },
    "inclusion": {
        "en": "{entries} raw entries are in the archive as sealed ({shards} proofs)",
        "zh-CN": "{entries} 条原始记录均在封存档案中（{shards} 个证明）",
    },
    "complete": {
        "en": "none was left out: every scan of the parcel, and every frame of {devices} while it"
        " was there, among all that was sealed from {first} to {last}",
        "zh-CN": "无遗漏：{first} 至 {last} 封存的内容中，该包裹的全部扫描，以及其所在期间"
        " {devices} 的全部数据帧",
    },
    "record": {
        "en": "the record and its verdict ({verdict}) follow from those raw frames",
        "zh-CN": "记录及其结论（{verdict}）可由上述原始数据重新得出",
    },
    "deposit": {
        "en": "what was sealed up to seal {seal} ({at}) was there when that seal was deposited",
        "zh-CN": "第 {seal} 号封存（{at}）及之前的内容，在该签名存放于他处时已存在",
    },
    "stamped": {
        "en": "what was sealed up to seal {seal} was there by {at}, as a time-stamping service"
        " signed",
        "zh-CN": "第 {seal} 号封存及之前的内容最迟于 {at} 已存在，由时间戳服务签名证明",
    },
    "disposition-own": {
        "en": "{by} ({role}) decided: {decision}, signed with their own key {key}, as the archive's"
        " key vouches",
        "zh-CN": "{by}（{role}）的处置：{decision}，以其本人密钥 {key} 签名，档案密钥为其作证",
    },
    "disposition": {
        "en": "{by} ({role}) decided: {decision}, signed as it is here by the archive",
        "zh-CN": "{by}（{role}）的处置：{decision}，签名有效",
    },
    "summary": {
        "en": "what is said of the {count} parcels is what their own bundles prove",
        "zh-CN": "对 {count} 件包裹的汇总与各自证据包所证明的一致",
    },
    # not proved
    "whose-key": {
        "en": "whose the key is: compare its fingerprint {key} with the one published,"
        " or give --key",
        "zh-CN": "密钥归谁所有：请将指纹 {key} 与公布的核对，或用 --key 给出公钥",
    },
    "origin": {
        "en": "origin before the gateway: that a sensor measured where and what it says",
        "zh-CN": "网关之前的来源：传感器是否在所述位置测得所述数值",
    },
    "time": {
        "en": "time: the seals' times are the archive's own clock; compare a seal with one"
        " deposited elsewhere",
        "zh-CN": "时间：封存时间取自档案自身时钟；可与存放于他处的签名核对",
    },
    "stamp-roots": {
        "en": "what a time-stamping service says of seal {seal}: give its root certificate"
        " (--tsa-root)",
        "zh-CN": "时间戳服务对第 {seal} 号封存的证明：请用 --tsa-root 给出其根证书",
    },
    "stamp-not": {
        "en": "the time-stamp of seal {seal}, by the certificates given: {what}",
        "zh-CN": "按所给证书，第 {seal} 号封存的时间戳未能证明：{what}",
    },
    "pages": {
        "en": "the pages for people (HTML, PDF) are as signed, but were not made again;"
        " record.json was",
        "zh-CN": "供阅读的页面（HTML、PDF）与签名时一致，但未重新生成；record.json 已重新生成",
    },
    "earlier": {
        "en": "what was sealed before {first}: which registration and profile were in"
        " force then is the archive's word",
        "zh-CN": "{first} 之前封存的内容：此前的登记与规则以档案为准",
    },
    "later": {
        "en": "what was sealed after {last} was not looked at",
        "zh-CN": "{last} 之后封存的内容未予查看",
    },
    "missing-frames": {
        "en": "{device} counts frames {frames} (boot {boot}) that never reached the archive",
        "zh-CN": "{device} 的数据帧 {frames}（第 {boot} 次启动）从未到达档案",
    },
    "gap": {
        "en": "{topic}/{partition}: offsets {first} to {last} were gone before they were archived",
        "zh-CN": "{topic}/{partition}：偏移 {first} 至 {last} 在归档前已丢失",
    },
    "disposition-whose": {
        "en": "that it was {by} who decided: the archive signed it, not a key of their own",
        "zh-CN": "处置确由 {by} 本人作出：该处置由档案签名，而非其本人密钥",
    },
    "disposition-key": {
        "en": "the disposition of {by}: it is signed by key {key}, for which no key here vouches",
        "zh-CN": "{by} 的处置：由密钥 {key} 签名，本文件中没有该密钥",
    },
    # faults
    "summary-differs": {
        "en": "consignment.json says something else of parcel {parcel} than its bundle proves",
        "zh-CN": "consignment.json 对包裹 {parcel} 的说法与其证据包不符",
    },
    "disposition-false": {
        "en": "the disposition of {by} at {at}: its signature is false",
        "zh-CN": "{by} 于 {at} 的处置：签名无效",
    },
    "container": {"en": "the file: {what}", "zh-CN": "文件有误：{what}"},
    "gone": {"en": "{member} is missing", "zh-CN": "缺少 {member}"},
    "stranger": {"en": "{member} does not belong here", "zh-CN": "{member} 不属于本文件"},
    "changed": {"en": "{member} was changed", "zh-CN": "{member} 被改动"},
    "manifest": {
        "en": "manifest.json, manifest.sig or keys.pem was changed: the signature is false",
        "zh-CN": "manifest.json、manifest.sig 或 keys.pem 被改动：签名无效",
    },
    "other-key": {
        "en": "signed by key {key}, not by the one given ({given})",
        "zh-CN": "由密钥 {key} 签名，而非所给密钥（{given}）",
    },
    "seal": {"en": "seals.jsonl: {what}", "zh-CN": "seals.jsonl：{what}"},
    "evidence": {
        "en": "evidence.jsonl.gz can't be read: {what}",
        "zh-CN": "evidence.jsonl.gz 无法读取：{what}",
    },
    "unsealed": {
        "en": "shard {shard} (for {subject}) is under no seal here",
        "zh-CN": "分片 {shard}（{subject}）不在任何封存签名之下",
    },
    "proof": {
        "en": "shard {shard} (for {subject}): not as sealed: {what}",
        "zh-CN": "分片 {shard}（{subject}）与封存不符：{what}",
    },
    "neighbours": {
        "en": "shard {shard}: that no entry of {subject} was left out is not shown",
        "zh-CN": "分片 {shard}：未证明 {subject} 的记录无遗漏",
    },
    "left-out": {
        "en": "shard {shard} was not looked through for {subject} ({kind})",
        "zh-CN": "分片 {shard} 未查找 {subject}（{kind}）",
    },
    "no-frames": {
        "en": "the parcel was in {device}, whose frames were not looked through",
        "zh-CN": "包裹曾在 {device}，但未查看其数据帧",
    },
    "too-late": {
        "en": "frames of {device} are looked through only from seal {seal} on, after the parcel"
        " came there",
        "zh-CN": "{device} 的数据帧仅自第 {seal} 号封存起查看，晚于包裹到达",
    },
    "deposit-apart": {
        "en": "the seal deposited ({seal}) is not among those of this bundle",
        "zh-CN": "所存放的第 {seal} 号签名不在本文件之列",
    },
    "deposit-differs": {
        "en": "seal {seal} is not the one that was deposited",
        "zh-CN": "第 {seal} 号封存与所存放的签名不符",
    },
    "not-judged": {"en": "it can't be judged: {what}", "zh-CN": "无法判定：{what}"},
    "record-differs": {
        "en": "record.json says {said}; the raw frames say {verdict}, or differ in a figure"
        " (made by {software}, checked by {here})",
        "zh-CN": "record.json 的结论为 {said}；原始数据得出 {verdict}，或数值有出入"
        "（由 {software} 生成，由 {here} 核对）",
    },
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said: its code and the figures of its sentence."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """As a sentence."""
        return _SENTENCES[self.code][language].format(**self.values)
