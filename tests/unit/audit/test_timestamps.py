"""RFC 3161: a day's seal stamped by a real service (OpenSSL's) on loopback, and checked offline."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from archive_made import KEY, seal_hourly
from parcel_day import PARCEL, START, everything
from receivers import a_postbox

from audit.bundle import Contents, make_bundle
from audit.catalog import open_to_write
from audit.deposit import deposit
from audit.dossier import dossier
from audit.errors import AuditError
from audit.judging import review
from audit.reader import gather
from audit.seals import decode_signed
from audit.timestamps import check_stamp, is_service, kept, roots_of
from audit.verify import Verified, verify
from coldchain.times import DAY_MS

NEXT_DAY = START + DAY_MS
OPENSSL = shutil.which("openssl") or ""

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[service]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass
class Service:
    """A time-stamping authority; `is_lazy`: it answers with its first answer, again and again."""

    folder: Path
    port: int = 0
    is_lazy: bool = False
    first: bytes = b""

    @property
    def place(self) -> str:
        return f"tsa+http://127.0.0.1:{self.port}/tsr"

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def answer(self, query: bytes) -> bytes:
        if self.is_lazy and self.first:
            return self.first
        (self.folder / "query.tsq").write_bytes(query)
        openssl(
            self.folder, "ts", "-reply", "-config", "config", "-section", "service",
            "-queryfile", "query.tsq", "-out", "reply.tsr",
        )  # fmt: skip
        self.first = self.first or (self.folder / "reply.tsr").read_bytes()
        return (self.folder / "reply.tsr").read_bytes()


def openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run([OPENSSL, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def authority(folder: Path) -> Service:
    """A service with a root of its own."""
    folder.mkdir()
    (folder / "serial").write_text("01")
    (folder / "config").write_text(CONFIG.format(name="Harbour time", folder=folder))
    for name in ("root", "tsa"):
        openssl(folder, "genrsa", "-out", f"{name}.key", "2048")
    common = ("-config", "config", "-days", "3650")
    openssl(folder, "req", "-x509", "-new", "-key", "root.key", "-out", "root.pem",
            "-extensions", "root", *common)  # fmt: skip
    (folder / "config2").write_text(CONFIG.format(name="Harbour TSA", folder=folder))
    openssl(folder, "req", "-new", "-key", "tsa.key", "-out", "tsa.csr", "-config", "config2")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key",
            "-CAcreateserial", "-out", "tsa.pem", "-days", "3650",
            "-extfile", "config", "-extensions", "tsa")  # fmt: skip
    return Service(folder)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    if not OPENSSL:
        pytest.skip("no openssl here (Debian: apt install openssl)")
    made = authority(tmp_path_factory.mktemp("tsa") / "it")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            is_query = self.headers["Content-Type"] == "application/timestamp-query"
            content = made.answer(query) if self.path == "/tsr" and is_query else b"no"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    seal_hourly(tmp_path / "archive", everything())
    return tmp_path / "archive"


def bundle(archive: Path) -> bytes:
    with open_to_write(archive) as catalog:
        found = gather(catalog, archive, PARCEL)
    made = dossier(found.evidence, review(found.evidence), found.as_of)
    stamps = kept(archive, found.scope.first, found.scope.last)
    return make_bundle(Contents(found, made, {}, stamps=stamps), KEY, NEXT_DAY)


def codes(found: Verified) -> tuple[set[str], set[str]]:
    return {one.code for one in found.proved}, {one.code for one in found.not_proved}


def test_a_stamped_seal_proves_the_time_of_what_is_under_it(
    service: Service, archive: Path, tmp_path: Path
) -> None:
    with open_to_write(archive) as catalog:
        assert deposit(catalog, [service.place], NEXT_DAY, archive) == 2
        assert deposit(catalog, [service.place], NEXT_DAY, archive) == 0
        last = catalog.last()
    assert last is not None
    packed = bundle(archive)
    proved, left = codes(verify(packed, KEY.public))
    assert "stamped" not in proved
    assert {"stamp-roots", "time"} <= left

    roots = roots_of(service.root, "root.pem")
    found = verify(packed, KEY.public, roots=roots)
    proved, left = codes(found)
    assert found.holds
    assert "stamped" in proved
    assert not {"time", "stamp-roots", "stamp-not"} & left
    for one in found.proved:
        assert one.text("en") != one.text("zh-CN")

    stranger = roots_of(authority(tmp_path / "other").root, "root.pem")
    proved, left = codes(verify(packed, KEY.public, roots=stranger))
    assert "stamped" not in proved
    assert {"stamp-not", "time"} <= left


def test_a_stamp_of_another_seal_or_a_changed_one_does_not_check(
    service: Service, archive: Path
) -> None:
    with open_to_write(archive) as catalog:
        deposit(catalog, [service.place], NEXT_DAY, archive)
        first, *_, last = catalog.seals(1, 99)
    stamps = kept(archive, 1, 99)
    roots = roots_of(service.root, "root.pem")
    assert check_stamp(stamps[last.seal.number], last, roots).seal == last.seal.number
    with pytest.raises(AuditError):
        check_stamp(stamps[last.seal.number], first, roots)
    good = stamps[last.seal.number]
    for at in range(0, len(good), 151):
        changed = bytearray(good)
        changed[at] ^= 1
        try:
            said = check_stamp(bytes(changed), last, roots)
        except AuditError:
            continue
        assert said == check_stamp(good, last, roots), f"byte {at}: another time"


def test_an_answer_to_another_request_is_not_taken(service: Service, archive: Path) -> None:
    service.is_lazy, service.first = True, b""
    try:
        with open_to_write(archive) as catalog:
            assert deposit(catalog, [service.place], NEXT_DAY, archive) == 1, "the first is its own"
        assert len(kept(archive, 1, 99)) == 1
    finally:
        service.is_lazy = False


def test_a_service_that_is_away_or_answers_rubbish_is_tried_again(
    service: Service, archive: Path
) -> None:
    rubbish = service.place.replace("/tsr", "/else")
    with open_to_write(archive) as catalog:
        for place in (rubbish, "tsa+http://127.0.0.1:9/tsr"):
            assert deposit(catalog, [place], NEXT_DAY, archive) == 0
        assert deposit(catalog, [service.place], NEXT_DAY, archive) == 2
    assert is_service("tsa+https://time.example")
    assert not is_service("tsa+file:///etc/passwd")
    with pytest.raises(AuditError, match="no certificate"):
        roots_of(b"rubbish", "root.pem")


def test_a_seal_goes_by_mail_to_somebody_else_who_can_hold_a_bundle_against_it(
    archive: Path,
) -> None:
    with a_postbox() as postbox, open_to_write(archive) as catalog:
        assert deposit(catalog, [postbox.url], NEXT_DAY, archive) == 2
        last = catalog.last()
    (_, mail) = postbox.mails
    assert last is not None
    assert last.digest in str(mail["subject"])
    body = mail.get_body(("plain",))  # type: ignore[attr-defined]
    assert decode_signed(body.get_content().strip().encode()) == last
