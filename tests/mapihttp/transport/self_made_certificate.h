// A certificate and its key, made for one test and good for an hour.
#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace mapisync::mapihttp::test {

struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { ::X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
};

struct SelfMadeCertificate {
  std::unique_ptr<X509, FreeCertificate> certificate;
  std::unique_ptr<EVP_PKEY, FreeCertificate> key;
  std::string pem;  // the certificate, for a CA file
};

/// Signed by itself, for `subject` ("IP:127.0.0.1" or "DNS:name"). Expired: it was good until an hour ago.
SelfMadeCertificate make_certificate(const std::string& subject, bool expired = false);

}  // namespace mapisync::mapihttp::test
