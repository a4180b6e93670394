// Secrets, where they come from, and how they are said. Invariant 11.
#include "providers/mapihttp/transport/credentials.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "providers/mapihttp/transport/credential_sources.h"

namespace mapisync::mapihttp {
namespace {

TEST(Secrets, GrowShrinkAndMove) {
  Secret secret{"abc"};
  for (int i = 0; i < 100; ++i) secret.append("0123456789");
  EXPECT_EQ(secret.size(), 1003U);
  EXPECT_EQ(secret.reveal().substr(0, 5), "abc01");
  secret.truncate(3);
  EXPECT_EQ(secret.reveal(), "abc");
  Secret other{"x"};
  other = std::move(secret);
  EXPECT_EQ(other.reveal(), "abc");
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): what is left behind is what this is about
  other.clear();
  EXPECT_EQ(other.reveal(), "");
}

TEST(Secrets, WhatIsCutOffIsWiped) {
  Secret secret{"password"};
  const char* where = secret.reveal().data();
  secret.truncate(2);
  EXPECT_EQ(std::string(where, 8), std::string("pa\0\0\0\0\0\0", 8));
}

TEST(Authorization, Values) {
  EXPECT_EQ(authorization({AuthScheme::basic, "user", Secret{"pass"}}).reveal(), "Basic dXNlcjpwYXNz");
  EXPECT_EQ(authorization({AuthScheme::basic, "Aladdin", Secret{"open sesame"}}).reveal(),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(authorization({AuthScheme::basic, "a", Secret{"\xc3\xa4"}}).reveal(), "Basic YTrDpA==");
  EXPECT_EQ(authorization({AuthScheme::bearer, "", Secret{"tok.en"}}).reveal(), "Bearer tok.en");
  EXPECT_TRUE(authorization({AuthScheme::ntlm, "u", Secret{"p"}}).empty());
}

TEST(Authorization, WhatHttpCannotCarry) {
  const auto refused = [](AuthScheme scheme, const char* user, const char* secret) {
    const Result<void> checked = check({scheme, user, Secret{secret}});
    if (checked) return false;
    EXPECT_EQ(checked.error().to_string().find("hush"), std::string::npos);
    return true;
  };
  EXPECT_FALSE(refused(AuthScheme::basic, "u", "hush: \xc3\xa4"));
  EXPECT_FALSE(refused(AuthScheme::basic, "u", ""));
  EXPECT_FALSE(refused(AuthScheme::negotiate, "", ""));
  EXPECT_TRUE(refused(AuthScheme::basic, "u:v", "hush"));
  EXPECT_TRUE(refused(AuthScheme::basic, "", "hush"));
  EXPECT_TRUE(refused(AuthScheme::basic, "u\r\nX-Evil: 1", "hush"));
  EXPECT_TRUE(refused(AuthScheme::basic, "u", "hush\nX-Evil: 1"));
  EXPECT_TRUE(refused(AuthScheme::bearer, "", ""));
  EXPECT_TRUE(refused(AuthScheme::bearer, "", "hush hush"));
  EXPECT_TRUE(refused(AuthScheme::bearer, "", "hush\r"));
}

TEST(Environment, IsReadOnceAndWiped) {
  ASSERT_EQ(::setenv("MAPISYNC_TEST_SECRET", "s3cret", 1), 0);
  const char* where = std::getenv("MAPISYNC_TEST_SECRET");
  const auto secret = secret_from_environment("MAPISYNC_TEST_SECRET");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret.value().reveal(), "s3cret");
  EXPECT_EQ(*where, '\0');
  EXPECT_EQ(std::getenv("MAPISYNC_TEST_SECRET"), nullptr);
  EXPECT_EQ(secret_from_environment("MAPISYNC_TEST_SECRET").error().errc(), Errc::missing_file);
}

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void write(const std::string& text) {
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }
  int reader() const { return ends_[0]; }

 private:
  int ends_[2]{-1, -1};
};

Result<Secret> from_descriptor(const std::string& text) {
  Pipe pipe;
  pipe.write(text);
  pipe.close_writer();
  const StopFlag stop;
  return secret_from_descriptor(pipe.reader(), stop);
}

TEST(Descriptor, OneLineEndIsLeftOut) {
  EXPECT_EQ(from_descriptor("secret").value().reveal(), "secret");
  EXPECT_EQ(from_descriptor("secret\n").value().reveal(), "secret");
  EXPECT_EQ(from_descriptor("secret\r\n").value().reveal(), "secret");
  EXPECT_EQ(from_descriptor("secret\n\n").value().reveal(), "secret\n");
  EXPECT_EQ(from_descriptor(" s \n").value().reveal(), " s ");
  EXPECT_FALSE(from_descriptor(""));
  EXPECT_FALSE(from_descriptor("\n"));
}

TEST(Descriptor, StopsAndBounds) {
  Pipe pipe;
  StopFlag stop;
  stop.request();
  EXPECT_EQ(secret_from_descriptor(pipe.reader(), stop).error().errc(), Errc::cancelled);
  const StopFlag never;
  const int endless = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(secret_from_descriptor(endless, never).error().errc(), Errc::too_big);
  ::close(endless);
  EXPECT_EQ(secret_from_descriptor(endless, never).error().errc(), Errc::io_error) << "a closed descriptor";
}

class File : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/secret";
    std::ofstream(path_) << "from file\n";
  }
  void TearDown() override {
    ::unlink(path_.c_str());
    ::unlink((folder_ + "/link").c_str());
    ::rmdir(folder_.c_str());
  }
  std::string folder_ = testing::TempDir() + "/secretXXXXXX";
  std::string path_;
};

TEST_F(File, OnlyWhatNobodyElseCanRead) {
  for (const mode_t mode : {0600, 0400, 0700}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    const auto secret = secret_from_file(path_);
    ASSERT_TRUE(secret) << mode;
    EXPECT_EQ(secret.value().reveal(), "from file");
  }
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0666, 0644}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    const auto secret = secret_from_file(path_);
    ASSERT_FALSE(secret) << mode;
    EXPECT_EQ(secret.error().errc(), Errc::permission);
    EXPECT_NE(secret.error().context.find("chmod 600"), std::string::npos);
  }
  ASSERT_EQ(::symlink(path_.c_str(), (folder_ + "/link").c_str()), 0);
  EXPECT_FALSE(secret_from_file(folder_ + "/link")) << "what a link leads to is what is checked";
}

TEST_F(File, OnlyFiles) {
  EXPECT_EQ(secret_from_file(folder_).error().errc(), Errc::permission);
  EXPECT_EQ(secret_from_file("/dev/null").error().errc(), Errc::permission);
  EXPECT_EQ(secret_from_file(folder_ + "/none").error().errc(), Errc::missing_file);
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(secret_from_file(path_).error().errc(), Errc::permission) << "without waiting for a writer";
}

/// A terminal, and somebody who types `keys` once the question is on it.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(master_), 0);
    EXPECT_EQ(::unlockpt(master_), 0);
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_GE(slave_, 0);
  }
  ~Terminal() {
    ::close(slave_);
    ::close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  Result<Secret> ask(const std::string& keys, const StopFlag& stop = {}) {
    shown_.clear();
    std::thread person([this, &keys] {
      read_until("Password: ");
      EXPECT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
      read_until("\n");
    });
    auto secret = ask_terminal(slave_, "Password: ", stop);
    person.join();
    return secret;
  }
  const std::string& shown() const { return shown_; }
  bool echoes() const {
    termios now{};
    return ::tcgetattr(slave_, &now) == 0 && (now.c_lflag & ECHO) != 0 && (now.c_lflag & ISIG) != 0 &&
           (now.c_lflag & ICANON) != 0;
  }

 private:
  void read_until(const std::string& text) {
    char byte = 0;
    while (shown_.find(text) == std::string::npos && ::read(master_, &byte, 1) == 1) shown_.push_back(byte);
  }
  int master_, slave_{-1};
  std::string shown_;
};

TEST(Prompt, NeverShowsWhatIsTyped) {
  Terminal terminal;
  const auto secret = terminal.ask("hush\n");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret.value().reveal(), "hush");
  EXPECT_EQ(terminal.shown(), "Password: \r\n");
  EXPECT_TRUE(terminal.echoes()) << "as it was before";
}

TEST(Prompt, KeysOfATerminal) {
  Terminal terminal;
  EXPECT_EQ(terminal.ask("x\x7fhus\xc3\xa4\x7fh\r").value().reveal(), "hush");
  EXPECT_EQ(terminal.ask("wrong\x15hush\n").value().reveal(), "hush");
  for (const char* keys : {"hu\x03", "\x04", "\n", "hu\x1c"}) {
    EXPECT_EQ(terminal.ask(keys).error().errc(), Errc::cancelled);
    EXPECT_TRUE(terminal.echoes());
  }
}

TEST(Prompt, NeedsATerminal) {
  const Pipe pipe;
  const StopFlag stop;
  EXPECT_EQ(ask_terminal(pipe.reader(), "?", stop).error().errc(), Errc::missing_file);
}

}  // namespace
}  // namespace mapisync::mapihttp
