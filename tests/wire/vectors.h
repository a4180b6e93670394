// The test vectors of the wire, V1 to V52: what encoders must write and decoders must read. Numbers are those of
// docs/protocol.md. Hexadecimal; blanks and bars are for the eye; G stands for the sixteen bytes of the database that
// the vectors speak of.
#pragma once

#include <string_view>

#include "engine/base/bytes.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/identifiers.h"

namespace mapisync::wire::vectors {

/// 00112233-4455-6677-8899-aabbccddeeff as it lies in memory.
inline constexpr Guid kDatabase = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                                   0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};

Bytes bytes(std::string_view notation);
/// The inverse, without blanks: for messages of tests.
std::string shown(BytesView bytes);
inline GlobalId global(std::uint64_t counter) { return {kDatabase, counter}; }
inline ShortId id(std::uint64_t counter) { return {1, counter}; }

inline constexpr const char* kV1Plain = "A8 00";
inline constexpr const char* kV1Xored = "0D A5";
inline constexpr const char* kV2 =
    "3F 00 00 00 61 62 63 64 65 66 67 68 69 6A 6B 6C 6D 6E 6F 70 71 72 73 74 75 76 77 78 79 7A";
inline constexpr const char* kV3 = "FF FF FF 1F 61 62 63 17 00 0F FF 26 01";
inline constexpr const char* kV4 = "FF FF FF 11 41 42 43 10 00 44 45 46";
inline constexpr const char* kV5 = "00 00 04 00 1E 00 1E 00";
inline constexpr std::string_view kV6First = "C\r\nPROCESSING\r\n\r\n", kV6Second = "9\r\nPENDING\r\n\r\n";
inline constexpr std::string_view kV7 =
    "PROCESSING\r\nDONE\r\nX-ElapsedTime: 5\r\nX-StartTime: Mon, 02 Nov 2026 10:00:00 GMT\r\n\r\n";
inline constexpr const char* kV8 =
    "2F 6F 3D 41 2F 63 6E 3D 75 00 | 00 00 00 00 | E4 04 00 00 | 09 04 00 00 | 09 04 00 00 | 00 00 00 00";
inline constexpr const char* kV9 =
    "00 00 00 00 | 00 00 00 00 | 60 EA 00 00 | 06 00 00 00 | 10 27 00 00 | 2F 6F 3D 41 00 | 55 00 00 00 | 00 00 00 00";
inline constexpr const char* kV10Logon =
    "FE 00 00 01 | 04 00 00 01 | 00 00 00 00 | 0A 00 | 2F 6F 3D 41 2F 63 6E 3D 75 00";
inline constexpr const char* kV10Execute =
    "03 00 00 00 | 26 00 00 00 | 00 00 04 00 1E 00 1E 00 | 1A 00 | FE 00 00 01 04 00 00 01 00 00 00 00 0A 00 2F 6F 3D "
    "41 "
    "2F 63 6E 3D 75 00 | FF FF FF FF | 08 80 00 00 | 00 00 00 00";
inline constexpr const char* kV11 =
    "00 00 06 00 1E 00 1E 00 BF A5 5B A5 A5 A4 A1 A5 A5 A4 A5 A5 A5 A5 AF A5 8A CA 98 E4 8A C6 CB 98 D0 A5 5A 5A 5A 5A";

inline constexpr const char* kV12 = "02 00 00 01 01 00 00 00 00 00 01 0D 00";
inline constexpr const char* kV13 = "70 00 01 02 01 05 39 81 00 00 07 00 00 00 00 00";
inline constexpr const char* kV14 =
    "75 00 02 03 00 17 40 1C 00 00 00 | 76 00 02 1C 00 00 00 G 04 00 00 00 00 52 10 01 10 05 50 00 | 77 00 02";
inline constexpr const char* kV15 = "75 00 02 02 01 96 67 00 00 00 00 | 77 00 02";
inline constexpr const char* kV16 = "4E 00 02 BE BA FF 7F";
inline constexpr const char* kV17 = "4E 02 00 00 00 00 01 00 01 00 03 00 00 08 00 | 0B 00 74 40 02 01 00 00";
inline constexpr const char* kV18 = "4E 02 80 04 00 00 00 00 00 00 00 00 00 00 00 10 27 00 00";
inline constexpr const char* kV19 = "FF 00 80 4E 00 02 BE BA FF 7F";
inline constexpr const char* kV20 = "F9 00 88 13 00 00 01 4E 10 27 00 00 00 00";
inline constexpr const char* kV21Request = "44 00 00 G 00 00 00 00 10 02 00 00";
inline constexpr const char* kV21Response = "44 00 00 00 00 00 01 00 00 00 00 00 10 02";
inline constexpr const char* kV22 = "4B 00 01 02 02 00 01 00 00 00 00 00 10 02 01 00 00 00 00 00 10 03 20 05";
inline constexpr const char* kV23 = "33 00 01 02 01 00 01 00 00 00 00 00 10 02 00 00";
inline constexpr const char* kV24 = "1E 00 01 00 00 01 00 01 00 00 00 00 00 10 02";
inline constexpr const char* kV25 = "1C 00 01 03 01 01 01 00 51 00 00 00 00 00";
inline constexpr const char* kV26 = "12 00 02 00 02 00 14 00 4A 67 14 00 A4 67";
inline constexpr const char* kV27 = "15 02 00 00 00 00 02 01 00 00 01 00 00 00 00 00 10 02 01 00 00 00 00 00 20 02";
inline constexpr const char* kV28 = "04 04 02 01 E0 65 02 01 E0 65 16 00 G 00 00 00 00 10 02";
inline constexpr const char* kV29 = "04 04 14 00 4A 67 14 00 4A 67 01 00 00 00 00 00 10 02";

inline constexpr const char* kV30 = "00";
inline constexpr const char* kV31 = "06 00 00 00 00 10 01 00";
inline constexpr const char* kV32 = "52 00 00 00 00 00 01 00 00 00 00 20 00 00";
inline constexpr const char* kV33 = "05 00 00 00 00 10 01 01 01 05 50 00";
inline constexpr const char* kV34 = "04 00 00 00 00 52 10 01 10 FF 02 20 05 50 00";
inline constexpr const char* kV35 = "05 00 00 00 00 10 42 01 EB 50 00";
inline constexpr const char* kV36 = "03 00 00 00 02 00 10 52 01 05 01 20 50 52 02 00 00 02 FF FF 50 00";
inline constexpr const char* kV37 = "01 00 | 06 00 00 00 01 04 2E 05 00 00 00 01 04 52 35 37 50 00";
inline constexpr const char* kV38 = "01 00 | 05 00 00 00 01 04 52 19 1A 50 00";
inline constexpr const char* kV39 =
    "9B B9 FF B5 0F 44 77 4F B4 88 C5 C6 70 2E E3 A8 | 04 00 00 00 00 52 00 A5 01 51 50 00";
inline constexpr const char* kV40[] = {"50 00",
                                       "42 01 01 00",
                                       "52 00 00 00 00 00 02 00 00 00 00 00 01 00",
                                       "05 00 00 00 00 10 00",
                                       "07 00 00 00 00 00 00 01 00",
                                       "06 00 00"};

inline constexpr const char* kV41 =
    "03 00 12 40 02 01 E1 65 00 00 00 00 02 01 E0 65 16 00 00 00 52 F6 85 EC 7D 43 2E 4A A9 60 34 50 88 53 D9 0A 00 00 "
    "00 00 "
    "03 F5 40 00 08 30 00 D0 9E A8 81 85 D0 01 02 01 E2 65 16 00 00 00 52 F6 85 EC 7D 43 2E 4A A9 60 34 50 88 53 D9 0A "
    "00 00 "
    "00 00 20 7C 02 01 E3 65 17 00 00 00 16 52 F6 85 EC 7D 43 2E 4A A9 60 34 50 88 53 D9 0A 00 00 00 00 20 7C 1F 00 01 "
    "30 0C "
    "00 00 00 49 00 4E 00 42 00 4F 00 58 00 00 00 14 00 49 67 01 00 00 00 00 00 03 F4 03 00 39 66 FB 03 00 00 40 00 07 "
    "30 "
    "80 39 06 A8 81 85 D0 01 0B 00 F4 10 00 00";
inline constexpr const char* kV42 =
    "00 00 00 00 1B 01 04 80 G 00 00 00 00 01 0D 00 00 G 00 00 00 00 10 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
    "00 00 00 "
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00";
inline constexpr const char* kV42Prefix = "03 00 18 40 02 01 00 00 58 00 00 00";
inline constexpr const char* kV43 =
    "0B 00 74 40 02 01 00 00 20 00 00 00 | 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 2C "
    "01 00 00 "
    "00 00 00 00";
inline constexpr const char* kV44 = "0B 00 75 40 03 00 00 00 64 00 00 00 0B 00 00 00 00 00";
inline constexpr const char* kV45 =
    "03 00 12 40 | 02 01 E0 65 16 00 00 00 G 00 00 00 00 10 01 | 40 00 08 30 00 00 00 00 00 00 DC 01 | 02 01 E2 65 16 "
    "00 00 00 G "
    "00 00 00 00 20 01 | 02 01 E3 65 17 00 00 00 16 G 00 00 00 00 20 01 | 0B 00 AA 67 00 00 | 14 00 4A 67 01 00 00 00 "
    "00 00 10 01 "
    "| 03 00 08 0E 64 00 00 00 | 14 00 A4 67 01 00 00 00 00 00 20 01 | 03 00 15 40 | 1F 00 37 00 04 00 00 00 41 00 00 "
    "00 | "
    "03 00 16 40 0D 00 12 0E | 03 00 16 40 0D 00 13 0E";
inline constexpr const char* kV47 =
    "03 00 3A 40 | 03 00 17 40 1C 00 00 00 G 05 00 00 00 00 10 01 01 01 03 50 00 | 02 01 96 67 1E 00 00 00 G 52 00 00 "
    "00 00 00 01 "
    "00 00 00 00 20 03 00 | 03 00 3B 40";
inline constexpr const char* kEnd = "03 00 14 40";  // IncrSyncEnd
inline constexpr const char* kV48 = "03 00 13 40 02 01 E5 67 0A 00 00 00 01 00 06 00 00 00 00 10 04 00";
inline constexpr const char* kV49 = "03 00 2F 40 02 01 2D 40 0A 00 00 00 01 00 06 00 00 00 00 10 01 00";
inline constexpr const char* kV50 =
    "1F 00 01 80 29 03 02 00 00 00 00 00 C0 00 00 00 00 00 00 46 01 78 00 2D 00 61 00 00 00 06 00 00 00 68 00 69 00 00 "
    "00";
inline constexpr const char* kV51 =
    "03 00 02 80 08 20 06 00 00 00 00 00 C0 00 00 00 00 00 00 46 00 01 85 00 00 0F 00 00 00";

/// V45 with another message: the counters of message and change, and the one letter of its subject, replaced in place.
Bytes change(std::uint8_t low_byte, char subject);
/// V46: such a change, cut before its children, with V42 behind it.
Bytes void_change();
/// V46's whole stream, 799 bytes.
Bytes whole_stream();

}  // namespace mapisync::wire::vectors
