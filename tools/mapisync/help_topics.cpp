#include "tools/mapisync/help_topics.h"

#include <array>

#include "tools/mapisync/exit_code.h"

namespace mapisync::cli {

namespace {

constexpr const char* kWords = R"(WORDS IN TABLES AND REPORTS

Every message the source lists is in exactly one class:
  unchanged    the mirror holds it at this version, and did before the run
  delivered    this run brought it
  quarantined  proven that the server cannot export it; retried with growing
               waits, and at once when the server shows a new version
  suspected    fails, but nothing else could be exported to prove the server well
  pending      known, not fetched yet; the next run goes on here
  refused      arrived, and the target did not want it
  vanished     listed by the table, gone when it was looked for

Every message the mirror holds is in exactly one class:
  unchanged, delivered   as above
  stale        an older copy of one that cannot be fetched now; kept on purpose
  held         gone at the source, its deletion waits for approval

Both sums are compared with what the server and the mirror count.
)";

constexpr const char* kStart = R"(FIRST STEPS

  mapisync fake import BOX.fake mail.mbox    make a mailbox out of real mail
  mapisync sync fake:BOX.fake mirror.db      copy it; run it again at any time
  mapisync quarantine list mirror.db         what could not be copied, and why
  mapisync status mirror.db                  where things stand
  mapisync verify fake:BOX.fake mirror.db    compare, without changing anything
  mapisync export mirror.db --to DIR         the mirror as .eml files

A sync may be stopped at any time (Ctrl-C); run the same command to go on.
)";

constexpr const char* kOutput = R"(OUTPUT

Results go to standard output, everything else to standard error, so
  mapisync sync SOURCE MIRROR.db --format json > report.json
is safe. The last line on standard error names the exit code and its reason:
  mapisync: exit 2 (new_trouble): 3 new messages in quarantine

JSON has a "schema" field; within one schema version fields are only added.
Times are UTC in ISO 8601, keys are lower-case hexadecimal, and numbers of 2^53
and more are written as strings. CSV has a fixed order of columns.

On a terminal a bar shows rate and time left; elsewhere a few plain lines do.
--quiet silences both, NO_COLOR (or --no-color) keeps colours out. Control
characters in names and subjects are always shown escaped. Subjects and
addresses appear in quarantine reports (not with --redact), never in logs.
)";

constexpr const char* kFormats = R"(FORMATS

  text    tables for people; the default
  json    one object with a "schema" field; within a version fields are only added
  jsonl   one object a line, to be read while it is written
  csv     RFC 4180 with a header; made harmless for spreadsheets

  sync, verify, forecast, status, export, replay, deletions approve, fake import
                                                                   text, json
  quarantine list, quarantine show, quarantine retry               all four
  deletions list                                                   text, json, jsonl
  fake show                                                        text, jsonl

EXAMPLES
  mapisync sync fake:box.fake mirror.db --format json | jq .total.source
  mapisync quarantine list mirror.db --format csv --redact > bad-items.csv
  mapisync quarantine list mirror.db --format jsonl | jq -r .record_id
  mapisync quarantine retry fake:box.fake mirror.db --format jsonl | jq -r .outcome

Only results go to standard output; see 'mapisync help output'.
)";

constexpr const char* kLimits = R"(LIMITS OF A RUN

  --max-calls N      so many exports
  --max-time TIME    90s, 5m, 2h, 1h30m, 1d
  --max-bytes SIZE   65536, 64k, 100MB (thousands), 64KiB, 2GiB (1024s)

A run that reaches one ends with 4; what it copied is safe, and the same command
goes on from there. Every run gets further, however small its limit.

EXAMPLES
  mapisync sync fake:box.fake mirror.db --max-time 50m     # from an hourly timer
  mapisync sync fake:box.fake mirror.db --max-bytes 2GiB   # spare the network
  until mapisync sync fake:box.fake mirror.db --max-calls 100 -q; [ $? != 4 ]; do :; done

Ctrl-C stops in the same way. docs/limits.md tells what mapisync cannot do.
)";

constexpr const char* kScript = R"(WORLD SCRIPTS ('mapisync fake script BOX.fake FILE')

One change of a fake mailbox a line. "..." makes one word, '#' starts a comment.
A message is its name (m7), or Inbox#3, Inbox#last, "Sent Items#*".

  add-folder FOLDER [role ROLE]           delete-folder, rename-folder, move-folder...
  fill FOLDER COUNT PREFIX                new messages PREFIX1, PREFIX2, ...
  add FOLDER NAME [subject TEXT] [body TEXT] [sender TEXT]
  modify | delete | read | unread MESSAGE...
  move MESSAGE... to FOLDER
  break MESSAGE... [KIND] [CODE] [new-version]
  heal MESSAGE... [new-version]
  copy MESSAGE NAME                       alike in all but its keys
  move-mailbox [new-mailbox] [new-keys] [new-versions]

KIND: abort (default), hide, hide-as-deleted, placeholder, truncate, server-death,
stall, client-death. Without new-version nobody is told of a change; only a retry finds out.

EXAMPLES
  printf 'add-folder Inbox\nfill Inbox 100 m\nbreak m7\n' | mapisync fake script box.fake -
  mapisync sync fake:box.fake mirror.db                     # exit 2: m7
  echo 'heal m7 new-version' | mapisync fake script box.fake -
  mapisync sync fake:box.fake mirror.db                     # exit 0

docs/script.md has all verbs. What the server does: 'mapisync help fault-plan'.
)";

constexpr const char* kFaultPlan = R"(FAULT PLANS ('--fault-plan FILE', - is standard input)

What goes wrong at the fake server, and when. One directive a line, '#' starts a
comment. The server and the plan start anew with every run.

  profile exchange-2010 | exchange-2007 | calm | prefix-server      first, if at all
  seed N                                 same plan and seed, same run
  server KEY VALUE                       what kind of server: catch-up none, order newest...
  announce KEY VALUE                     what it says of itself: selective-sync no...
  fail call N CODE [times N] [wait MS]   the N-th call of any kind fails
  fail OPERATION N CODE ...              the N-th synchronize, open-folder, table-next...
  damage MESSAGE KIND [CODE]             as if it were broken in the box
  row MESSAGE no-source-key | no-change-key | no-ref | bad-columns
  at OPERATION N do VERB                 a change just before that call

EXAMPLES
  echo 'fail synchronize 3 network' | mapisync sync fake:box.fake mirror.db --fault-plan -
  printf 'server catch-up none\ndamage m7 abort\n' > plan.txt
  mapisync sync fake:box.fake mirror.db --fault-plan plan.txt
  echo 'at synchronize 2 do delete m3' > plan.txt           # in the middle of a run
  printf 'at call 40 do kill-server\nserver revives-after 5\n' > plan.txt

docs/fault-plan.md has every key with its values and its default.
)";

struct Topic {
  const char* name;
  const char* what;
  const char* text;  // null: made on demand
};

constexpr std::array<Topic, 8> kTopics{{{"first-steps", "from real mail to a mirror in two commands", kStart},
                                        {"exit-codes", "what each exit code means and what to do next", nullptr},
                                        {"words", "what the words in tables and reports mean", kWords},
                                        {"output", "streams, colours, privacy", kOutput},
                                        {"formats", "text, json, jsonl and csv, and who offers which", kFormats},
                                        {"limits", "runs that end early and go on later", kLimits},
                                        {"script", "how to make and change a fake mailbox", kScript},
                                        {"fault-plan", "how to let things go wrong at the fake server", kFaultPlan}}};

}  // namespace

std::string exit_code_help() {
  std::string text = "EXIT CODES\n\n";
  for (const ExitCodeEntry& entry : exit_codes()) {
    std::string head = "  " + std::to_string(static_cast<int>(entry.code));
    head.resize(7, ' ');
    text += head + entry.name + "\n         " + entry.meaning + "\n         next: " + entry.next + "\n";
  }
  return text;
}

std::string help_topics() {
  std::string text;
  for (const Topic& topic : kTopics) {
    std::string name = std::string("  ") + topic.name;
    name.resize(18, ' ');
    text += name + topic.what + "\n";
  }
  return text;
}

std::string help_topic(std::string_view topic) {
  for (const Topic& known : kTopics) {
    if (topic == known.name) return known.text != nullptr ? known.text : exit_code_help();
  }
  return {};
}

}  // namespace mapisync::cli
