"""The far ends of channels as real servers in a thread: an HTTP gateway for SMS and an SMTP server, both counting."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SmsGateway:
    """Takes SMS over HTTP and counts them; answers with `status`, or does not answer at all."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.status = 200
        self.silent = False
        self.hang_up = False
        self.address = ""
        self._over = threading.Event()

    @contextmanager
    def serving(self) -> Iterator["SmsGateway"]:
        """Serve inside the block."""
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.bodies.append(body)
                gateway.headers.append(dict(self.headers))
                gateway.taken.append(json.loads(body))
                if gateway.silent:
                    gateway._over.wait(10)
                    return
                if gateway.hang_up:
                    self.connection.close()
                    return
                self.send_response(gateway.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{server.server_address[1]}/send"
        with _in_thread(server):
            yield self
            self._over.set()


class MailServer:
    """Takes mail over SMTP and keeps what it took; `refuse` names the command that it says no to."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refuse = ""
        self.drop_after_data = False
        self.address = ""

    @contextmanager
    def serving(self) -> Iterator["MailServer"]:
        """Serve inside the block."""
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _MailHandler)
        server.mails = self  # type: ignore[attr-defined]
        self.address = f"127.0.0.1:{server.server_address[1]}"
        with _in_thread(server):
            yield self


class _MailHandler(socketserver.StreamRequestHandler):
    """One conversation."""

    def handle(self) -> None:
        self.say("220 here")
        while (command := self.rfile.readline().decode().strip().upper()) and self.answers(command):
            pass

    def answers(self, command: str) -> bool:
        """Answer a command; whether the conversation goes on."""
        mails: MailServer = self.server.mails  # type: ignore[attr-defined]
        if mails.refuse and command.startswith(mails.refuse):
            self.say("550 no")
        elif command == "DATA":
            self.say("354 go on")
            mails.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            if mails.drop_after_data:
                return False
            self.say("250 taken")
        else:
            self.say("221 bye" if command == "QUIT" else "250 ok")
        return command != "QUIT"

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def _in_thread(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
