import json
import multiprocessing
import time
from queue import Empty

import pytest
from kombu import Connection

from plumbline.transport import Transport

CONTEXT = multiprocessing.get_context("spawn")


def connect(folder):
    """Kombu remembers declarations for the whole process: each test names queues of its own."""
    return Connection(
        "filesystem://",
        transport=Transport,
        transport_options={
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
        },
    )


def take(queue, block=True):
    message = queue.get(block=block, timeout=2)
    message.ack()
    return message.payload


def test_messages_arrive_in_the_order_they_were_sent(tmp_path):
    with connect(tmp_path) as connection, connection.SimpleQueue("ordered") as queue:
        for number in range(20):
            queue.put({"number": number})
        assert queue.qsize() == 20
        got = [take(queue)["number"] for _ in range(20)]
    assert got == list(range(20))


def test_a_queue_gets_its_own_messages_only(tmp_path):
    with connect(tmp_path) as connection:
        connection.SimpleQueue("own").put("for own")
        connection.SimpleQueue("x.own").put("for x.own")
        queue = connection.SimpleQueue("own")
        assert take(queue) == "for own"
        with pytest.raises(queue.Empty):
            queue.get(timeout=0.2)


def test_a_message_still_being_written_is_not_seen(tmp_path):
    with connect(tmp_path) as connection:
        channel = connection.default_channel
        (tmp_path / "messages").mkdir(exist_ok=True)
        (tmp_path / "messages" / ".1_a.gpu.msg").write_text('{"half": ')
        assert channel._size("gpu") == 0
        with pytest.raises(Empty):
            channel._get("gpu")


def test_nothing_is_left_behind(tmp_path):
    with connect(tmp_path) as connection, connection.SimpleQueue("tidy") as queue:
        for _ in range(5):
            queue.put("x")
            take(queue)
    assert list((tmp_path / "messages").iterdir()) == []


def test_purge_empties_one_queue(tmp_path):
    with connect(tmp_path) as connection:
        for name in ("full", "full", "other"):
            connection.SimpleQueue(name).put(1)
        assert connection.default_channel.queue_purge("full") == 2
        assert connection.default_channel._size("other") == 1


def test_bindings_are_added_and_removed(tmp_path):
    with connect(tmp_path) as connection:
        channel = connection.default_channel
        for queue in ("a", "b", "a"):
            channel._queue_bind("fan", "", "", queue)
        assert sorted(row.queue for row in channel.get_table("fan")) == ["a", "b"]
        channel._delete("a", "fan", "", "")
        assert [row.queue for row in channel.get_table("fan")] == ["b"]


def produce(folder, first, count):
    with connect(folder) as connection, connection.SimpleQueue("stress") as queue:
        for number in range(first, first + count):
            queue.put({"number": number, "padding": "x" * 20_000})


def consume(folder, name, stop):
    got = []
    with connect(folder) as connection, connection.SimpleQueue("stress") as queue:
        while True:
            try:
                got.append(take(queue, block=False)["number"])
            except queue.Empty:
                if stop.is_set():
                    break
                time.sleep(0.001)
    (folder / name).write_text(json.dumps(got))


@pytest.mark.parametrize(
    "count", [300, pytest.param(3000, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_two_readers_lose_nothing_and_share_nothing(tmp_path, count):
    (tmp_path / "messages").mkdir()
    stop = CONTEXT.Event()
    readers = [
        CONTEXT.Process(target=consume, args=(tmp_path, name, stop)) for name in ("one", "two")
    ]
    writers = [
        CONTEXT.Process(target=produce, args=(tmp_path, half * count // 2, count // 2))
        for half in (0, 1)
    ]
    for process in readers + writers:
        process.start()
    for process in writers:
        process.join(120)
    stop.set()
    for process in readers:
        process.join(60)
    got = [json.loads((tmp_path / name).read_text()) for name in ("one", "two")]
    assert sorted(got[0] + got[1]) == list(range(count))
