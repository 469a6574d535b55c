"""`[audit]` of the settings, and what the audit commands make of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import UserError
from runtime.folders import state_folder
from runtime.settings import load_section, load_settings

if TYPE_CHECKING:
    from audit.settings import ArchiveSettings
    from audit.signing import Signer


@dataclass(frozen=True, slots=True)
class AuditSection:
    """`[audit]` of the settings. `key`: the file of the private key that seals; `private_key`, the
    key itself (PEM), goes before it. `people_keys`: the folder of people's own keys. `profiles`: a
    folder of profiles besides the shipped ones. `font`: a file with Chinese, for PDFs.
    `deposits`: where each day's last seal is left with somebody else: folders, or addresses that
    apprise can reach.
    """

    folder: Path = field(default_factory=lambda: state_folder() / "archive")
    key: Path = field(default_factory=lambda: state_folder() / "seal-key.pem")
    private_key: str = ""
    people_keys: Path = field(default_factory=lambda: state_folder() / "people-keys")
    profiles: Path | None = None
    font: Path | None = None
    shard_bytes: int = 64_000_000
    deposits: list[str] = field(default_factory=list)


def audit_section() -> AuditSection:
    """The section in force. Raises UserError."""
    return load_section("audit", AuditSection)


def signer(section: AuditSection) -> "Signer":
    """The key that seals. Raises UserError where there is none."""
    from audit.errors import AuditError
    from audit.signing import read_key, signer_from_pem

    try:
        if section.private_key:
            return signer_from_pem(section.private_key, "COLDCHAIN_AUDIT_PRIVATE_KEY")
        if not section.key.is_file():
            raise UserError(f"no key at {section.key}: `coldchain audit key` makes one")
        return read_key(section.key)
    except AuditError as error:
        raise UserError(str(error)) from None


def person_signer(section: AuditSection, name: str, file: Path | None = None) -> "Signer":
    """A person's own key: in a file of theirs, else in this machine's keeping, made at first.

    Raises AuditError.
    """
    from audit.people import person_key
    from audit.signing import read_key

    return person_key(section.people_keys, name) if file is None else read_key(file)


def archive_settings(section: AuditSection) -> "ArchiveSettings":
    """What the archiver needs. Raises UserError."""
    from audit.settings import ArchiveSettings
    from coldchain.profile_toml import ProfileError
    from runtime.alert_lines import alert_lines
    from runtime.alerts_settings import AlertsSection
    from runtime.profiles import profile_texts

    try:
        profiles = profile_texts(section.profiles)
    except ProfileError as error:
        raise UserError(str(error)) from None
    return ArchiveSettings(
        kafka=load_settings().kafka,
        folder=section.folder,
        signer=signer(section),
        profiles=profiles,
        shard_bytes=section.shard_bytes,
        deposits=section.deposits,
        alert_lines=alert_lines(load_section("alerts", AlertsSection).database),
    )
