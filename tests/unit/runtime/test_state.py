"""Whether what `coldchain up` noted is still there."""

import socket

from runtime.servers.state import Running, is_alive


def test_containers_are_up_while_kafka_and_influxdb_listen_and_no_longer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as kafka:
        with socket.create_server(("127.0.0.1", 0)) as influxdb:
            running = Running(
                kind="docker",
                supervisor=0,
                began=0,
                environment={
                    "COLDCHAIN_KAFKA_SERVERS": f"127.0.0.1:{kafka.getsockname()[1]}",
                    "COLDCHAIN_INFLUXDB_URL": f"http://127.0.0.1:{influxdb.getsockname()[1]}",
                },
                folder="",
            )
            assert is_alive(running)
        assert not is_alive(running)
