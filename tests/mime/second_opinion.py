#!/usr/bin/env python3
"""A second opinion on the conversion: the same mail, read by Python's email package.

second_opinion.py MIME_DUMP FOLDER...

Compares, for every .eml below the folders that converts: subject, From, recipients, Date, Message-ID, the plain body, the HTML body
and, in order, name and SHA-256 of every attachment. A folder that does not exist is left out. Differences with a reason stand in
EXPECTED; each of them must occur, so that the list cannot rot.
"""
import codecs
import email
import email.header
import email.message
import email.policy
import email.utils
import hashlib
import json
import os
import re
import subprocess
import sys

# (end of the path, field): why the two differ and ours is right, or a matter of taste.
EXPECTED = {
    ("Inbox/28-groups.eml", "cc"): "a comment before the address: a name for Python, a comment for GMime",
    ("error_emails/bad_date_header2.eml", "date"): "59:10 is no time of day; Python makes one of it",
    ("error_emails/bad_encoded_subject.eml", "subject"): "charset NONE: we show the decoded ASCII, Python the raw word",
    ("error_emails/missing_body.eml", "to"): "a broken group with a route; Python makes addresses of its pieces",
    ("error_emails/multiple_content_types.eml", "body"): "two Content-Type fields: Python takes the first, GMime the last",
    ("error_emails/multiple_content_types.eml", "html"): "two Content-Type fields: Python takes the first, GMime the last",
    ("plain_emails/mix_caps_content_type.eml", "from"): "no brackets around the address: Python takes all of it for the address",
    ("plain_emails/raw_email_incorrect_header.eml", "subject"): "a line that is no field: Python ends the headers there",
    ("plain_emails/raw_email_incorrect_header.eml", "from"): "a line that is no field: Python ends the headers there",
    ("plain_emails/raw_email_incorrect_header.eml", "to"): "a line that is no field: Python ends the headers there",
    ("plain_emails/raw_email_incorrect_header.eml", "date"): "a line that is no field: Python ends the headers there",
    ("plain_emails/raw_email_incorrect_header.eml", "message_id"): "a line that is no field: Python ends the headers there",
    ("plain_emails/raw_email_incorrect_header.eml", "body"): "a line that is no field: Python ends the headers there",
    ("plain_emails/raw_email_multiple_from.eml", "from"): "addresses without a comma between; Python drops the local parts",
    ("plain_emails/raw_email_multiple_from.eml", "to"): "addresses without a comma between; Python drops the local parts",
    ("plain_emails/raw_email_with_at_display_name.eml", "to"): "an @ in a display name: Python makes two addresses of it",
    ("rfc2822/example10.eml", "from"): "comments inside the phrase: Python keeps them, GMime does not",
    ("rfc2822/example10.eml", "to"): "comments inside the phrase: Python keeps them, GMime does not",
    ("rfc2822/example13.eml", "subject"): "blanks before the colon (obsolete syntax): Python does not know them",
    ("rfc2822/example13.eml", "date"): "blanks before the colon (obsolete syntax): Python does not know them",
    ("rfc2822/example13.eml", "message_id"): "blanks before the colon (obsolete syntax): Python does not know them",
    ("rfc2822/example13.eml", "body"): "blanks before the colon (obsolete syntax): Python does not know them",
}

# Names that the two sides read differently: what Windows and Exchange mean by them.
CODECS = {"shift_jis": "cp932", "gb2312": "gbk", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "iso-2022-jp": "iso2022_jp_2"}


def decoded_words(raw):
    """Text of an unstructured header: encoded words decoded, raw bytes as UTF-8 or windows-1252."""
    raw = re.sub(r"\r?\n(?=[ \t])", "", raw)
    raw = raw.encode("utf-8", "surrogateescape")
    try:
        raw = raw.decode("utf-8")
    except UnicodeDecodeError:
        raw = raw.decode("cp1252", "replace")
    try:
        return str(email.header.make_header(email.header.decode_header(raw)))
    except (LookupError, UnicodeDecodeError, ValueError, email.errors.HeaderParseError):
        return raw


def squeezed(text):
    return re.sub(r"\s+", " ", text or "").strip()


def without_blanks(data):
    return "blanks aside: " + hashlib.sha256(re.sub(rb"[ \t\r\n]", b"", data)).hexdigest()


def raw_header(message, name):
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            return value
    return None


def text_of(part):
    data = part.get_payload(decode=True) or b""
    charset = (part.get_content_charset() or "us-ascii").lower()
    if data.startswith(b"\xef\xbb\xbf"):
        data, charset = data[3:], "utf-8"
    try:
        codec = codecs.lookup(CODECS.get(charset, charset)).name
    except LookupError:
        codec = None
    if codec in (None, "ascii"):  # nothing said: the text speaks for itself
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            codec = "cp1252"
    return data.decode(codec, "replace")


def addresses(message, name):
    """Mailboxes of all fields of that name; groups are replaced by their members."""
    values = [v for k, v in message.raw_items() if k.lower() == name.lower()]
    values = [re.sub(r"\r?\n(?=[ \t])", "", v) for v in values]
    found = []
    for display, address in email.utils.getaddresses(values):
        address = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if display or address:
            found.append((squeezed(decoded_words(display)) or address, address))
    return found


class Reading:
    """What the conversion should make of a message: body, HTML, attachments in order."""

    def __init__(self, message):
        self.plain = self.html = None
        self.closed = False
        self.attachments = []
        self.sort(message, "mixed", root=True)

    def sort(self, part, around, root=False, related=False):
        kind = part.get_content_type()
        if not part.is_multipart() and part.get_content_maintype() == "multipart":
            return  # headers only
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            alternative, is_related = kind == "multipart/alternative", kind == "multipart/related"
            outermost = alternative and around != "alternative" and not self.closed
            children = part.get_payload()
            first = self.root_of(part, children) if is_related else None
            for child in children:
                inside = is_related and child is not first
                to = "related" if inside else "alternative" if alternative or around == "alternative" else "mixed"
                self.sort(child, to)
            if outermost and (self.plain is not None or self.html is not None):
                self.closed = True
        elif part.get_content_maintype() == "message" and part.is_multipart() and kind in ("message/rfc822", "message/global"):
            inner = part.get_payload()[0]
            self.attachments.append((self.name(part), Reading(inner).digest(inner)))
        else:
            self.leaf(part, around, root)

    @staticmethod
    def root_of(part, children):
        start = part.get_param("start")
        for child in children:
            if start and child.get("Content-ID", "").strip() == start:
                return child
        return children[0] if children else None

    def leaf(self, part, around, root):
        candidate = (around != "related" and not self.closed and part.get_content_disposition() != "attachment"
                     and (root or around == "alternative" or not self.name(part)))
        kind = part.get_content_type()
        if candidate and kind == "text/plain" and self.plain is None and (around == "alternative" or self.html is None):
            self.plain = text_of(part)
            self.closed = self.closed or around == "mixed"
        elif candidate and kind == "text/html" and self.html is None and (around == "alternative" or self.plain is None):
            self.html = part.get_payload(decode=True) or b""
            self.closed = self.closed or around == "mixed"
        else:
            self.attachments.append((self.name(part), self.data_digest(part)))

    @staticmethod
    def data_digest(part):
        if part.is_multipart():  # message/delivery-status, which Python takes apart: put together again, but for blanks
            text = "".join(block.as_string() for block in part.get_payload())
            return without_blanks(text.encode("ascii", "surrogateescape"))
        return hashlib.sha256(part.get_payload(decode=True) or b"").hexdigest()

    @staticmethod
    def name(part):
        for header, parameter in (("Content-Disposition", "filename"), ("Content-Type", "name")):
            # A copy with the header as text: bytes that are not ASCII would make it an object without parameters.
            raw = raw_header(part, header)
            if raw is None:
                continue
            copy = email.message.Message()
            copy[header] = raw.encode("ascii", "surrogateescape").decode("utf-8", "replace")
            name = copy.get_param(parameter, header=header)
            if name:
                return squeezed(decoded_words(email.utils.collapse_rfc2231_value(name)))
        return ""

    def digest(self, message):
        """Of an embedded message: its subject and its text."""
        return squeezed(decoded_words(raw_header(message, "Subject") or "")) + "|" + squeezed(self.plain)


def opinion(message):
    reading = Reading(message)
    date = None
    try:
        raw = raw_header(message, "Date")
        parsed = email.utils.parsedate_tz(raw) if raw else None
        date = email.utils.mktime_tz(parsed) if parsed else None
    except (TypeError, ValueError, OverflowError):
        pass
    sender = addresses(message, "From")
    return {
        "subject": squeezed(decoded_words(raw_header(message, "Subject") or "")),
        "from": sender[0] if sender else ("", ""),
        "to": addresses(message, "To"),
        "cc": addresses(message, "Cc"),
        "bcc": addresses(message, "Bcc"),
        "date": date,
        "message_id": squeezed(raw_header(message, "Message-ID") or ""),
        "body": squeezed(reading.plain) if reading.plain is not None else None,
        "html": hashlib.sha256(reading.html).hexdigest() if reading.html is not None else None,
        "attachments": reading.attachments,
    }


def ours(message):
    def attachment(a):
        name = "" if re.fullmatch(r"ATT\d{5}\.\w+", a["name"]) else squeezed(a["name"])
        if "embedded" in a:
            inner = a["embedded"]
            return (name, squeezed(inner["subject"]) + "|" + squeezed(inner["body"]))
        taken_apart = a["type"] in ("message/delivery-status", "message/disposition-notification")
        return (name, "blanks aside: " + a["sha256_without_blanks"] if taken_apart else a["sha256"])

    body = message["body"]
    return {
        "subject": squeezed(message["subject"]),
        "from": tuple(message["from"]),
        "to": [tuple(a) for a in message.get("to", [])],
        "cc": [tuple(a) for a in message.get("cc", [])],
        "bcc": [tuple(a) for a in message.get("bcc", [])],
        "date": message["date"],
        "message_id": squeezed(message["message_id"]),
        "body": squeezed(body) if body is not None else None,
        "html": message["html_sha256"],
        "attachments": [attachment(a) for a in message["attachments"]],
    }


def compare(path, dumped):
    """Yields (field, ours, theirs) where they differ."""
    with open(path, "rb") as file:
        # Not from bytes: that way Python would take CR LF for LF.
        text = file.read().decode("ascii", "surrogateescape")
    if text.startswith("From "):
        text = text.split("\n", 1)[1]
    message = email.message_from_string(text, policy=email.policy.compat32)
    theirs, mine = opinion(message), ours(dumped)
    for field, value in theirs.items():
        if field == "body" and value is None:
            continue  # made of the HTML, or absent: there is no plain part to compare with
        if mine[field] != value:
            yield field, mine[field], value


def files_below(folders):
    for folder in folders:
        for directory, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                if name.endswith(".eml"):
                    yield os.path.join(directory, name)


def main():
    dump, folders = sys.argv[1], [f for f in sys.argv[2:] if os.path.isdir(f)]
    files = list(files_below(folders))
    answer = subprocess.run([dump, *files], check=True, stdout=subprocess.PIPE)
    compared, failed, wrong, met = 0, 0, 0, set()
    for line in answer.stdout.decode().splitlines():
        entry = json.loads(line)
        if "failure" in entry:
            failed += 1
            continue
        compared += 1
        for field, mine, theirs in compare(entry["file"], entry["message"]):
            known = [k for k in EXPECTED if entry["file"].endswith("/" + k[0]) and field == k[1]]
            met.update(known)
            if not known:
                wrong += 1
                print(f"{entry['file']}: {field}\n  ours   {mine!r}\n  python {theirs!r}")
    present = [k for k in EXPECTED if any(f.endswith("/" + k[0]) for f in files)]
    for key in present:
        if key not in met:
            wrong += 1
            print(f"{key[0]}: {key[1]} no longer differs; take it off the list ({EXPECTED[key]})")
    print(f"{compared} messages compared, {failed} not convertible, {len(met)} known differences, {wrong} unexpected")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
