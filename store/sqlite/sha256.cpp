#include "store/sqlite/sha256.h"

#include <openssl/evp.h>

namespace mapisync::sqlite {

namespace {

Failure failed() { return fail(Errc::out_of_memory, Scope::process, Retry::later, "computing a SHA-256 digest"); }

EVP_MD_CTX* context_of(void* context) noexcept { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

void Sha256::Free::operator()(void* context) const noexcept { EVP_MD_CTX_free(context_of(context)); }

Result<Sha256> Sha256::start() {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  if (context == nullptr) return failed();
  Sha256 digest(context);
  if (EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) return failed();
  return digest;
}

Result<void> Sha256::add(BytesView piece) {
  if (EVP_DigestUpdate(context_of(context_.get()), piece.data(), piece.size()) != 1) return failed();
  return success();
}

Result<Bytes> Sha256::finish() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_of(context_.get()), digest, &size) != 1 || size != kSha256Size) return failed();
  return Bytes(reinterpret_cast<const char*>(digest), size);
}

}  // namespace mapisync::sqlite
