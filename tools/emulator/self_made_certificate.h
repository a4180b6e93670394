// A certificate and its key, made on the spot, for servers that nobody but their own clients trusts.
// Pure but for the time of day and the randomness of the key; any thread.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>

namespace mapisync::emulator {

struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { ::X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
};

struct SelfMadeCertificate {
  std::unique_ptr<X509, FreeCertificate> certificate;
  std::unique_ptr<EVP_PKEY, FreeCertificate> key;
  std::string pem;  // the certificate, for a CA file
};

enum class Validity : std::uint8_t { hour, year, expired };  // the last: it was good until an hour ago

/// Signed by itself, for `subject` ("IP:127.0.0.1", "DNS:name", several with commas).
SelfMadeCertificate make_certificate(const std::string& subject, Validity validity = Validity::hour);

}  // namespace mapisync::emulator
