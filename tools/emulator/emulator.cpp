#include "tools/emulator/emulator.h"

namespace mapisync::emulator {

Emulator::Emulator(std::shared_ptr<fake::FakeServer> behind, EmulatorOptions options)
    : scheme_(options.http.tls ? "https" : "http"),
      address_(options.http.address),
      server_(std::move(behind), options.mode, std::move(options.script)),
      endpoint_(server_, std::move(options.users)) {}

Emulator::~Emulator() { front_.reset(); }

Result<std::unique_ptr<Emulator>> Emulator::start(std::shared_ptr<fake::FakeServer> behind, EmulatorOptions options) {
  const HttpFrontOptions http = options.http;
  std::unique_ptr<Emulator> emulator(new Emulator(std::move(behind), std::move(options)));
  Emulator* self = emulator.get();
  MAPISYNC_TRY(front, HttpFront::start(http, [self](const HttpRequest& request) {
                 const std::lock_guard lock(self->mutex_);
                 return self->endpoint_.serve(request);
               }));
  emulator->front_ = std::move(front);
  return emulator;
}

std::string Emulator::url(std::string_view user) const {
  return scheme_ + "://" + address_ + ":" + std::to_string(port()) + "/mapi/emsmdb/?MailboxId=" + std::string(user);
}

void Emulator::set_script(WireScript script) {
  const std::lock_guard lock(mutex_);
  server_.script = std::move(script);
}

WireCounts Emulator::counts() {
  const std::lock_guard lock(mutex_);
  return server_.counts;
}

}  // namespace mapisync::emulator
