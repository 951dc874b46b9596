"""The receiving ends, in a process of their own: a mail server and Twilio, which fail by lot and count what they took.

`python -m tests.soak.receivers`: the first line of standard input is the task, as JSON; the answer says where they
are. Every other line is answered with all that was received so far.
"""

import json
import sys
from datetime import UTC, datetime
from random import Random

from tests.stand_ins.mail import mail_server_running
from tests.stand_ins.twilio import twilio_running

PERMANENT = {"mail": "554 5.7.1 not wanted", "sms": "21614"}
MAIL = {
    "accept": 880,
    "late": 30,
    "451 4.3.0 try again": 20,
    PERMANENT["mail"]: 10,
    "hang": 10,
    "hang_unaccepted": 10,
    "close": 20,
    "close_unaccepted": 20,
}
SMS = {
    "accept": 870,
    "late": 30,
    "busy": 20,
    "fail": 10,
    "fail_accepted": 10,
    PERMANENT["sms"]: 10,
    "hang": 10,
    "hang_unaccepted": 5,
    "close": 20,
    "close_unaccepted": 15,
}
BECOMES = {  # what Twilio tells later of a text: (seconds, status, code)
    ((0.05, "sent", None), (0.05, "delivered", None)): 80,
    ((0.05, "delivered", None), (0.05, "sent", None)): 5,
    ((0.05, "delivered", None), (0, "delivered", None)): 5,
    ((2, "delivered", None),): 5,
    ((0.05, "sent", None), (0.05, "undelivered", 30003)): 5,
}
GREETING_SECONDS = 0.3  # of a server that is busy
WILD = 2  # attempts; after these a message is taken, so that the end comes in sight. Calm is 0


class Moods:
    """What befalls a message, drawn by lot; those that were refused for good are remembered."""

    def __init__(self, seed, channel, mix, wild):
        self.wild, self.lot, self.channel = wild, Random(f"{seed}/{channel}"), channel
        self.names, self.weights = zip(*mix.items(), strict=True)
        self.refused = []

    def __call__(self, key, times):
        if times > self.wild:
            return "accept"
        [what] = self.lot.choices(self.names, self.weights)
        if what == PERMANENT[self.channel]:
            self.refused.append(of_message(key))
        return what


class Fates:
    """What becomes of a text that was accepted; those that did not reach a phone are remembered."""

    def __init__(self, seed):
        self.lot, self.unreached = Random(f"{seed}/fates"), []

    def __call__(self, text):
        [told] = self.lot.choices(list(BECOMES), BECOMES.values())
        self.unreached += [text["to"] for _seconds, status, _code in told if status == "undelivered"]
        return told


def of_message(key):
    """The key of a letter, or the number that a text was for."""
    return key.strip("<").partition("@")[0].partition(" ")[0]


def told_of(receipt):
    return [of_message(receipt.key), receipt.at, receipt.told_at, receipt.began_at]


def greets_late(number):
    """Of one connection in three: meanwhile a talk may change of which a message is claimed already."""
    return number % 3 == 0


def main():
    task = json.loads(sys.stdin.readline())
    moods = [Moods(task["seed"], channel, mix, task["wild"]) for channel, mix in (("mail", MAIL), ("sms", SMS))]
    greeting = {"greets_late": greets_late, "greeting_seconds": GREETING_SECONDS} if task["wild"] else {}
    late, fates = {"late_seconds": task["late_seconds"]}, Fates(task["seed"])
    calls = {"tells": fates, "web": task["web"]} if task["web"] else {}
    with (
        mail_server_running(is_keeping=False, decides=moods[0], **greeting, **late) as mail,
        twilio_running(decides=moods[1], clock=lambda: datetime.now(UTC), **late, **calls) as twilio,
    ):
        answer({"mail": mail.url, "twilio": twilio.url})
        for _line in sys.stdin:
            receipts = [told_of(one) for one in [*mail.receipts, *twilio.receipts]]
            refused = [key for mood in moods for key in mood.refused]
            answer({"receipts": receipts, "refused": refused + fates.unreached})


def answer(values):
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main()
