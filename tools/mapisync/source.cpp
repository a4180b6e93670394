#include "tools/mapisync/source.h"

#include <utility>

#include "providers/fake/fake_provider.h"
#include "providers/fake/fault_plan.h"
#include "providers/fake/mime/mime_converter.h"
#include "providers/mapihttp/client/source_url.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/server_source.h"
#include "tools/mapisync/text_file.h"

namespace mapisync::cli {

struct Source::Parts {
  explicit Parts(std::optional<mime::Strictness> strictness) : converter(strictness) {}
  mime::MimeConverter converter;
  std::unique_ptr<fake::FakeProvider> fake;
  std::unique_ptr<Provider> server;
};

namespace {

/// What stands before the first ':' if it looks like a scheme.
std::string scheme_of(const std::string& name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos || name.find('/') < colon) return {};
  return name.substr(0, colon);
}

Result<std::string> path_of_fake(const std::string& name) {
  const std::string scheme = scheme_of(name);
  if (scheme.empty()) {
    return fail(Errc::invalid_argument, Scope::process, Retry::never,
                "a source starts with what it is: write 'fake:" + name + "' for a fake mailbox in that file");
  }
  if (scheme != "fake") {
    return fail(Errc::unsupported, Scope::process, Retry::never,
                "sources of kind '" + scheme +
                    ":' are not in this version; it knows 'fake:BOX.fake' and "
                    "'mapihttps://HOST/?mailbox=ADDRESS'");
  }
  std::string path = name.substr(scheme.size() + 1);
  if (path.empty()) {
    return fail(Errc::invalid_argument, Scope::process, Retry::never, "'fake:' is followed by the name of a box");
  }
  return path;
}

Result<fake::FaultPlan> load_plan(const std::optional<std::string>& file, const StopFlag& stop) {
  if (!file) return fake::FaultPlan{};
  MAPISYNC_TRY(text, read_text_file(*file, fake::kPlanBytesMax, stop));
  auto plan = fake::FaultPlan::parse(text);
  if (plan) return std::move(plan).value();
  return fail(Errc::malformed, Scope::process, Retry::never, "fault plan '" + *file + "': " + plan.error().context);
}

}  // namespace

Source::Source(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Source::Source(Source&&) noexcept = default;
Source& Source::operator=(Source&&) noexcept = default;
Source::~Source() = default;

Result<Source> Source::open(const SourceRequest& request, const SourceEnvironment& environment) {
  using Fixed = std::optional<mime::Strictness>;
  auto parts = std::make_unique<Parts>(request.lenient ? Fixed(mime::Strictness::lenient) : Fixed());
  if (mapihttp::is_source_url(request.name)) {
    if (request.fault_plan) {
      return fail(Errc::invalid_argument, Scope::process, Retry::never,
                  "--fault-plan is for fake mailboxes; a server has faults of its own");
    }
    MAPISYNC_TRY(server, open_server(request, environment));
    parts->server = std::move(server);
    return Source(std::move(parts));
  }
  if (request.login.trace_wire) {
    return fail(Errc::invalid_argument, Scope::process, Retry::never,
                "--trace-wire is for servers; a fake mailbox speaks no protocol");
  }
  MAPISYNC_TRY(path, path_of_fake(request.name));
  MAPISYNC_TRY(plan, load_plan(request.fault_plan, environment.stop));
  MAPISYNC_TRY(provider, fake::open_provider(path, std::move(plan), &parts->converter, environment.log));
  parts->fake = std::move(provider);
  return Source(std::move(parts));
}

Provider& Source::provider() noexcept {
  if (parts_->server != nullptr) return *parts_->server;
  return *parts_->fake;
}

Result<void> Source::check_root(const std::string& path) {
  if (parts_->fake == nullptr) return success();
  fake::FakeMailbox& mailbox = parts_->fake->mailbox();
  MAPISYNC_TRY(is_public, mailbox.is_public());
  if (is_public) {
    return fail(Errc::unsupported, Scope::mailbox, Retry::never,
                "the source is a public folder store; mapisync copies mailboxes, public folders are not supported");
  }
  if (path.empty()) return success();
  auto folder = mailbox.folder(path);
  if (!folder && folder.error().errc() == Errc::not_found) {
    return fail(Errc::not_found, Scope::mailbox, Retry::never,
                "there is no folder '" + path + "' at the source; check --root");
  }
  if (!folder) return folder.error();
  return success();
}

}  // namespace mapisync::cli
