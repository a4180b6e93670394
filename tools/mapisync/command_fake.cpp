#include "tools/mapisync/command_fake.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "providers/fake/fault_plan.h"
#include "providers/fake/script/script.h"
#include "tools/mapisync/fake_box.h"
#include "tools/mapisync/fake_import.h"
#include "tools/mapisync/option_values.h"
#include "tools/mapisync/signals.h"
#include "tools/mapisync/text_file.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

struct NewRequest {
  std::string box;
  fake::MailboxOptions options;
  std::optional<std::uint64_t> seed;
  bool standard_folders{false};
};

struct ScriptRequest {
  std::string box;
  std::string file;
};

struct HealthRequest {
  std::string box;
  std::vector<std::string> messages;
  std::optional<fake::Damage> damage;  // absent: heal
  fake::NewVersion version{fake::NewVersion::no};
};

Ending run_new(Context& context, const NewRequest& request) {
  const std::string path = box_path(request.box);
  fake::MailboxOptions options = request.options;
  options.seed = request.seed.value_or(new_identity(context.random));
  auto box = fake::FakeMailbox::create(path, options);
  if (!box) {
    Ending end = target_ending_of(box.error(), "make " + in_quotes(path));
    if (box.error().errc() == Errc::invalid_argument) end.code = ExitCode::cantcreat;
    return end;
  }
  if (request.standard_folders) {
    if (auto made = box.value().add_standard_folders(); !made)
      return ending_of(made.error(), "make " + in_quotes(path));
  }
  return ending(ExitCode::ok, "made " + in_quotes(path));
}

Ending run_script(Context& context, const ScriptRequest& request) {
  constexpr std::size_t kLargest = 16U << 20U;
  StopFlag stop;
  const StopOnSignal stop_on_signal(stop);
  auto text = read_text_file(request.file, kLargest, stop);
  if (!text && text.error().errc() == Errc::cancelled) {
    return ending(ExitCode::incomplete, text.error().context + "; nothing was changed");
  }
  if (!text) return ending_of(text.error(), "read the script");
  auto script = fake::Script::parse(text.value(), request.file == "-" ? "standard input" : request.file);
  if (!script) return ending(ExitCode::dataerr, script.error().context + "; nothing was changed");
  const std::string path = box_path(request.box);
  auto box = open_or_create_box(path, context.random);
  if (!box) return target_ending_of(box.error(), "open " + in_quotes(path));
  if (auto done = script.value().apply(box.value(), &stop); !done) {
    if (done.error().errc() == Errc::cancelled) {
      return ending(ExitCode::incomplete, done.error().context + "; the lines before it were applied");
    }
    Ending end = ending_of(done.error(), "apply the script");
    end.reason += "; the lines before it were applied, this one changed nothing";
    return end;
  }
  return ending(ExitCode::ok, count_of(script.value().size(), "line", "lines") + " applied to " + in_quotes(path));
}

Result<std::size_t> change_health(fake::FakeMailbox& box, const HealthRequest& request) {
  MAPISYNC_TRY(batch, box.begin());
  std::size_t changed = 0;
  for (const std::string& word : request.messages) {
    MAPISYNC_TRY(messages, fake::messages_named(box, word));
    for (const fake::FakeMessageId message : messages) {
      if (request.damage) {
        MAPISYNC_TRYV(box.break_message(message, *request.damage, request.version));
      } else {
        MAPISYNC_TRYV(box.heal_message(message, request.version));
      }
      ++changed;
    }
  }
  MAPISYNC_TRYV(batch.commit());
  return changed;
}

Ending run_health(Context& /*context*/, const HealthRequest& request) {
  const std::string path = box_path(request.box);
  auto box = fake::FakeMailbox::open(path);
  if (!box) return ending_of(box.error(), "open " + in_quotes(path));
  const char* verb = request.damage ? "break" : "heal";
  auto changed = change_health(box.value(), request);
  if (!changed) return ending_of(changed.error(), std::string(verb) + " in " + in_quotes(path));
  return ending(ExitCode::ok,
                count_of(changed.value(), "message", "messages") + (request.damage ? " broken" : " healed"));
}

constexpr const char* kFakeFooter = R"(EXAMPLES
  mapisync fake import box.fake lists.mbox ~/Maildir    # real mail
  printf 'add-folder Inbox\nfill Inbox 100 m\n' | mapisync fake script box.fake -
  mapisync fake break box.fake m7                       # a message no server exports
  mapisync fake show box.fake Inbox
  mapisync fake heal box.fake m7 --new-version

NEXT
  mapisync sync fake:BOX.fake MIRROR.db, mapisync help script)";

constexpr const char* kMessageHelp = "A message: its name, FOLDER#N (the N-th by age), FOLDER#last or FOLDER#*";

void add_new(CLI::App& parent, Chosen& chosen) {
  CLI::App& command = *parent.add_subcommand("new", "Make an empty mailbox");
  auto request = std::make_shared<NewRequest>();
  command.add_option("BOX.fake", request->box, "The file to make; an existing one is left alone")->required();
  command.add_option("--name", request->options.display_name, "Display name")->type_name("TEXT");
  command.add_option("--seed", request->seed, "Identities derive from it; default: unlike any other box's")
      ->type_name("N");
  command.add_flag("--standard-folders", request->standard_folders,
                   "Inbox, Sent Items, Drafts, Outbox, Deleted Items, Junk Email");
  command.add_flag("--public", request->options.public_folders, "A public folder store, which a sync refuses");
  command.footer(
      "EXAMPLES\n  mapisync fake new box.fake --standard-folders\n\nEXIT CODES\n  0 made   73 it cannot be made");
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_new(context, *request); }; });
}

constexpr const char* kImportFooter = R"(NOTES
  Original bytes are kept; they are converted when a sync exports them, and mail
  that a server of this kind cannot convert stops the export there, as in life.
  Importing the same mail again adds nothing. The box is made if it is missing.

EXAMPLES
  mapisync fake import box.fake lists.mbox ~/Maildir saved/
  mapisync fake import box.fake letter.eml --into Archive

EXIT CODES
  0 imported   4 stopped, run again   65 no mail in it   66 no such file

NEXT
  mapisync sync fake:BOX.fake MIRROR.db)";

void add_import(CLI::App& parent, Chosen& chosen) {
  CLI::App& command =
      *parent.add_subcommand("import", "Put real mail into a mailbox: mbox, Maildir, .eml, folders of them");
  auto request = std::make_shared<ImportRequest>();
  command.add_option("BOX.fake", request->box, "The mailbox; made if it is missing")->required();
  command.add_option("MAIL", request->paths, "Files and directories with mail")->required();
  command.add_option("--into", request->into, "A folder to put everything below")->type_name("PATH");
  command.add_flag("--force", request->force, "Add also what was imported before");
  add_format(command, request->format, {Format::text, Format::json});
  command.footer(kImportFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_import(context, *request); }; });
}

constexpr const char* kScriptFooter = R"(NOTES
  One change a line; '#' starts a comment; "..." holds blanks. docs/script.md has
  all verbs. A script that does not parse changes nothing; a line that fails
  changes nothing, and the lines before it stay applied.

    add-folder Inbox role inbox
    fill Inbox 100 m
    break m7 m8                       # their export fails from now on
    break m9 abort call_failed new-version
    move m1 m2 to Archive
    mark read m3
    delete Inbox#last

EXAMPLES
  mapisync fake script box.fake story.txt
  echo 'heal m7 new-version' | mapisync fake script box.fake -

EXIT CODES
  0 applied   65 the script is wrong   66 it names something that is not there)";

void add_script(CLI::App& parent, Chosen& chosen) {
  CLI::App& command =
      *parent.add_subcommand("script", "Change a mailbox by a script: add, change, delete, move, break, heal...");
  auto request = std::make_shared<ScriptRequest>();
  command.add_option("BOX.fake", request->box, "The mailbox; made if it is missing")->required();
  command.add_option("FILE", request->file, "The script; - is standard input")->required();
  command.footer(kScriptFooter);
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_script(context, *request); }; });
}

void add_break(CLI::App& parent, Chosen& chosen) {
  CLI::App& command = *parent.add_subcommand("break", "Damage messages, so that their export fails or lies");
  auto request = std::make_shared<HealthRequest>();
  request->damage = fake::Damage{};
  command.add_option("BOX.fake", request->box, "The mailbox")->required();
  command.add_option("MESSAGE", request->messages, kMessageHelp)->required();
  command
      .add_option_function<std::string>(
          "--kind",
          [request](const std::string& name) {
            const auto kind = fake::damage_kind_by_name(name);
            if (!kind || *kind == fake::DamageKind::none) {
              throw CLI::ValidationError("--kind", "'" + name +
                                                       "' is no damage; choose abort, hide, hide-as-deleted, "
                                                       "placeholder, truncate, server-death, stall or client-death");
            }
            request->damage->kind = *kind;
          },
          "abort (default), hide, hide-as-deleted, placeholder, truncate, server-death, stall, client-death")
      ->type_name("KIND");
  command
      .add_option_function<std::string>(
          "--code",
          [request](const std::string& name) {
            const auto code = fake::server_code_by_name(name);
            if (!code)
              throw CLI::ValidationError("--code",
                                         "'" + name + "' is no error code; corrupt_data and call_failed are usual");
            request->damage->code = *code;
          },
          "What an abort answers: corrupt_data (default), call_failed, ...")
      ->type_name("CODE");
  command.add_flag_callback(
      "--new-version", [request] { request->version = fake::NewVersion::yes; }, "With a new change key");
  command.footer(
      "EXAMPLES\n  mapisync fake break box.fake m7 'Inbox#3' --code call_failed\n\nNEXT\n  mapisync sync fake:BOX.fake "
      "MIRROR.db");
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_health(context, *request); }; });
}

void add_heal(CLI::App& parent, Chosen& chosen) {
  CLI::App& command = *parent.add_subcommand("heal", "Undo what break did");
  auto request = std::make_shared<HealthRequest>();
  command.add_option("BOX.fake", request->box, "The mailbox")->required();
  command.add_option("MESSAGE", request->messages, kMessageHelp)->required();
  command.add_flag_callback(
      "--new-version", [request] { request->version = fake::NewVersion::yes; },
      "With a new change key, which lifts the quarantine at once");
  command.footer(
      "EXAMPLES\n  mapisync fake heal box.fake m7 --new-version\n\nNEXT\n  mapisync quarantine retry fake:BOX.fake "
      "MIRROR.db");
  command.callback(
      [&chosen, request] { chosen.command = [request](Context& context) { return run_health(context, *request); }; });
}

void add_show(CLI::App& parent, Chosen& chosen) {
  CLI::App& command = *parent.add_subcommand("show", "List the folders, or the messages of one folder");
  auto request = std::make_shared<ShowBoxRequest>();
  auto format = std::make_shared<Format>(Format::text);
  command.add_option("BOX.fake", request->box, "The mailbox")->required();
  command.add_option_function<std::string>(
      "FOLDER",
      [request](const std::string& path) {
        request->folder = path;
        request->messages = true;
      },
      "List the messages of this folder");
  add_format(command, *format, {Format::text, Format::jsonl});
  command.footer("EXAMPLES\n  mapisync fake show box.fake\n  mapisync fake show box.fake Inbox");
  command.callback([&chosen, request, format] {
    request->json_lines = *format == Format::jsonl;
    chosen.command = [request](Context& context) { return run_show_box(context, *request); };
  });
}

}  // namespace

void add_fake_commands(CLI::App& app, Chosen& chosen) {
  CLI::App& command =
      *app.add_subcommand("fake", "A mailbox in one file, to try everything with: new, import, script, break...");
  command.footer(kFakeFooter);
  add_new(command, chosen);
  add_import(command, chosen);
  add_script(command, chosen);
  add_break(command, chosen);
  add_heal(command, chosen);
  add_show(command, chosen);
}

}  // namespace mapisync::cli
