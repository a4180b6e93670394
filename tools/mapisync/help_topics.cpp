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

struct Topic {
  const char* name;
  const char* what;
};

constexpr std::array<Topic, 4> kTopics{{{"first-steps", "from real mail to a mirror in two commands"},
                                        {"exit-codes", "what each exit code means and what to do next"},
                                        {"words", "what the words in tables and reports mean"},
                                        {"output", "streams, formats, colours, privacy"}}};

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
  if (topic == "exit-codes") return exit_code_help();
  if (topic == "words") return kWords;
  if (topic == "first-steps") return kStart;
  if (topic == "output") return kOutput;
  return {};
}

}  // namespace mapisync::cli
