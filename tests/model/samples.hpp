#pragma once

#include <string>

namespace parley {

// The filing of the public contract, complete and valid: a buyer in Spain, a seller in China, a lamp
// that never came. Other tests file it as it is or change a member of it.
inline std::string sample_filing_json() {
    return R"({
  "claimant":   { "kind": "consumer", "name": "Ana Ruiz", "email": "ana@example.net",
                  "country": "ES", "language": "es", "time_zone": "Europe/Madrid" },
  "respondent": { "kind": "business", "name": "Shenzhen Lamps Ltd", "email": "care@lamps.example",
                  "country": "CN", "language": "zh-Hans", "time_zone": "Asia/Shanghai" },
  "transaction": { "reference": "ORD-10027", "concluded_at": "2026-10-02T09:12:00Z",
                   "channel": "b2c", "total": { "amount": 12990, "currency": "EUR" },
                   "items": [ { "description": "Desk lamp", "quantity": 2,
                                "price": { "amount": 6495, "currency": "EUR" } } ],
                   "delivery": { "carrier": "yanwen", "tracking_number": "UA123456789CN",
                                 "promised_by": "2026-10-20", "delivered_at": null } },
  "claim": { "reason": "not_received", "amount": { "amount": 12990, "currency": "EUR" },
             "statement": "Nothing arrived.",
             "remedies": [ { "kind": "refund", "amount": { "amount": 12990, "currency": "EUR" } } ] },
  "consents": [
    { "kind": "odr_clause", "by": "claimant", "given_at": "2026-10-02T09:11:30Z",
      "text_sha256": "25dfd29c09617dcc9852281c030e5b3037a338a4712a42a21c907f259c6412a0",
      "locale": "es", "track": "II" },
    { "kind": "odr_clause", "by": "respondent", "given_at": "2026-01-05T00:00:00Z",
      "text_sha256": "6afd85d3ceba0efec3bcac2da49f3ead23f96cf0e59b0cbd2b0d5e6d28f33d34",
      "locale": "zh-Hans", "track": "II" } ],
  "identified_by": "platform", "other_remedies": [],
  "procedure": null, "clock": null, "metadata": { "shop": "42" } })";
}

} // namespace parley
