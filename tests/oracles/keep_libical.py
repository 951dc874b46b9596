"""Process calendar objects as a client with libical would.

Reads JSON [[objects, orders], ...] from standard input, each order a list of indexes into `objects`, and prints for
every order the index of the object that is kept, or null. icalclassify() of libicalss (Debian: libical3) classifies
each object by the rules of RFC 5546 on SEQUENCE and DTSTAMP. It lets every CANCEL cancel, also an older one.
"""

import ctypes

TAKEN = {b"REQUEST-NEW", b"REQUEST-UPDATE", b"REQUEST-RESCHEDULE"}
CANCELLED, PASSED_OVER = {b"CANCEL-EVENT"}, {b"OBSOLETE", b"MISSEQUENCED"}

ical, icalss = ctypes.CDLL("libical.so.3"), ctypes.CDLL("libicalss.so.3")
ical.icalparser_parse_string.argtypes = [ctypes.c_char_p]
ical.icalparser_parse_string.restype = ctypes.c_void_p
ical.icalproperty_enum_to_string.argtypes = [ctypes.c_int]
ical.icalproperty_enum_to_string.restype = ctypes.c_char_p
icalss.icalclassify.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p]


def end_of(objects, order):
    known = stands = None
    for place in order:
        said = ical.icalproperty_enum_to_string(icalss.icalclassify(objects[place], known, None))
        if said in TAKEN | CANCELLED:
            known, stands = objects[place], place if said in TAKEN else None
        elif said not in PASSED_OVER:
            raise ValueError(f"libical does not know what to do: {said}")
    return stands


def ends_of(texts, orders):
    objects = [ical.icalparser_parse_string(text.encode()) for text in texts]
    return [end_of(objects, order) for order in orders]
