#include "providers/mapihttp/transport/secret.h"

#include <string.h>

#include <algorithm>
#include <utility>

namespace mapisync::mapihttp {

void wipe(void* memory, std::size_t size) noexcept {
  if (size != 0) ::explicit_bzero(memory, size);
}

Secret::Secret(std::string_view text) { append(text); }

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)), room_(std::exchange(other.room_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    clear();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    room_ = std::exchange(other.room_, 0);
  }
  return *this;
}

void Secret::append(std::string_view text) {
  if (text.empty()) return;
  if (text.size() > room_ - size_) {
    const std::size_t room = std::max<std::size_t>(64, 2 * (size_ + text.size()));
    std::unique_ptr<char[]> larger(new char[room]());
    std::copy_n(bytes_.get(), size_, larger.get());
    wipe(bytes_.get(), room_);
    bytes_ = std::move(larger);
    room_ = room;
  }
  std::copy(text.begin(), text.end(), bytes_.get() + size_);
  size_ += text.size();
}

void Secret::truncate(std::size_t size) noexcept {
  if (size >= size_) return;
  wipe(bytes_.get() + size, size_ - size);
  size_ = size;
}

void Secret::clear() noexcept {
  wipe(bytes_.get(), room_);
  bytes_.reset();
  size_ = room_ = 0;
}

}  // namespace mapisync::mapihttp
