#include "tests/mapihttp/client/emulated_mailbox.h"

#include <utility>

#include "providers/mapihttp/transport/curl_channel.h"
#include "tools/emulator/rop_call.h"

namespace mapisync::mapihttp::test {

EmulatedMailbox::EmulatedMailbox(fake::FakeProvider& behind, emulator::Mode mode, ClientOptions options) {
  emulator::EmulatorOptions how;
  how.mode = mode;
  how.users.add(kUser, kPassword);
  emulator_ = emulator::Emulator::start(behind.server(), std::move(how)).value();
  provider_ = another(std::move(options));
}

EmulatedMailbox::~EmulatedMailbox() = default;

std::unique_ptr<ClientProvider> EmulatedMailbox::another(ClientOptions options, Clock& clock) {
  if (options.endpoint.empty() && options.address.empty()) {
    options.endpoint = emulator_->url(kUser);
    options.user_dn = emulator::dn_of(kUser);
  }
  const auto channels = [&clock]() -> Result<std::unique_ptr<HttpChannel>> {
    ChannelOptions how;
    how.proxy = "";
    MAPISYNC_TRY(channel, CurlChannel::make(std::move(how), clock));
    return std::unique_ptr<HttpChannel>(std::move(channel));
  };
  Credentials credentials{AuthScheme::basic, kUser, Secret(kPassword)};
  return std::make_unique<ClientProvider>(std::move(options), std::move(credentials), channels, clock, random_, stop_);
}

void EmulatedMailbox::script(const std::string& text) {
  emulator_->set_script(emulator::WireScript::parse(text).value());
}

}  // namespace mapisync::mapihttp::test
