"""Receivers in their own process: a mail server and Twilio, which fail at random and record what they accepted.

`python -m tests.soak.receivers`: the first line of standard input is the task as JSON; the response has the urls. Each
further line is answered with everything received so far.
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
STATUS_CALLBACKS = {  # status callbacks of Twilio: (seconds, status, code)
    ((0.05, "sent", None), (0.05, "delivered", None)): 80,
    ((0.05, "delivered", None), (0.05, "sent", None)): 5,
    ((0.05, "delivered", None), (0, "delivered", None)): 5,
    ((2, "delivered", None),): 5,
    ((0.05, "sent", None), (0.05, "undelivered", 30003)): 5,
}
GREETING_SECONDS = 0.3  # of a busy server
MAX_FAILURES = 2  # after so many failed attempts a message is accepted, so that a run ends


class Outcomes:
    """Draws the outcome of each attempt at random, and records the permanently refused messages."""

    def __init__(self, seed, channel, mix, wild):
        self.wild, self.rng, self.channel = wild, Random(f"{seed}/{channel}"), channel
        self.names, self.weights = zip(*mix.items(), strict=True)
        self.refused = []

    def __call__(self, key, times):
        if times > self.wild:
            return "accept"
        [what] = self.rng.choices(self.names, self.weights)
        if what == PERMANENT[self.channel]:
            self.refused.append(message_key(key))
        return what


class DeliveryStatuses:
    """Draws the status callbacks of an accepted SMS, and records the undelivered ones."""

    def __init__(self, seed):
        self.rng, self.unreached = Random(f"{seed}/fates"), []

    def __call__(self, text):
        [callbacks] = self.rng.choices(list(STATUS_CALLBACKS), STATUS_CALLBACKS.values())
        self.unreached += [text["to"] for _seconds, status, _code in callbacks if status == "undelivered"]
        return callbacks


def message_key(key):
    """Key of a mail, or the phone number of an SMS."""
    return key.strip("<").partition("@")[0].partition(" ")[0]


def receipt_values(receipt):
    """Receipt as the list that is sent as JSON."""
    return [message_key(receipt.key), receipt.at, receipt.told_at, receipt.began_at]


def greets_late(number):
    """True for one connection in three, to give talks time to change after a claim."""
    return number % 3 == 0


def main():
    task = json.loads(sys.stdin.readline())
    outcomes = [Outcomes(task["seed"], channel, mix, task["wild"]) for channel, mix in (("mail", MAIL), ("sms", SMS))]
    greeting = {"greets_late": greets_late, "greeting_seconds": GREETING_SECONDS} if task["wild"] else {}
    late, statuses = {"late_seconds": task["late_seconds"]}, DeliveryStatuses(task["seed"])
    calls = {"tells": statuses, "web": task["web"]} if task["web"] else {}
    with (
        mail_server_running(is_keeping=False, decides=outcomes[0], **greeting, **late) as mail,
        twilio_running(decides=outcomes[1], clock=lambda: datetime.now(UTC), **late, **calls) as twilio,
    ):
        answer({"mail": mail.url, "twilio": twilio.url})
        for _line in sys.stdin:
            receipts = [receipt_values(one) for one in [*mail.receipts, *twilio.receipts]]
            refused = [key for outcome in outcomes for key in outcome.refused]
            answer({"receipts": receipts, "refused": refused + statuses.unreached})


def answer(values):
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main()
