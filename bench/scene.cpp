#include "bench/scene.hpp"

namespace parley::bench {

std::string filing_json() {
    return R"({"claimant":{"kind":"consumer","name":"Ana Ruiz","email":"ana@example.net","country":"ES","language":"es","time_zone":"Europe/Madrid"},)"
           R"("respondent":{"kind":"business","name":"Shenzhen Lamps Ltd","email":"care@lamps.example","country":"CN","language":"zh-Hans","time_zone":"Asia/Shanghai"},)"
           R"("transaction":{"reference":"ORD-10027","concluded_at":"2026-10-02T09:12:00Z","channel":"b2c","total":{"amount":12990,"currency":"EUR"},)"
           R"("items":[{"description":"Desk lamp","quantity":2,"price":{"amount":6495,"currency":"EUR"}}],)"
           R"("delivery":{"carrier":"yanwen","tracking_number":"UA123456789CN","promised_by":"2026-10-20","delivered_at":null}},)"
           R"("claim":{"reason":"not_received","amount":{"amount":12990,"currency":"EUR"},"statement":"Nothing arrived.",)"
           R"("remedies":[{"kind":"refund","amount":{"amount":12990,"currency":"EUR"}}]},)"
           R"("consents":[{"kind":"odr_clause","by":"claimant","given_at":"2026-10-02T09:11:30Z","text_sha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","locale":"es","track":"II"},)"
           R"({"kind":"odr_clause","by":"respondent","given_at":"2026-01-05T00:00:00Z","text_sha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","locale":"zh-Hans","track":"II"}],)"
           R"("identified_by":"platform","other_remedies":[],"procedure":null,"clock":null,"metadata":{"shop":"42"}})";
}

std::string response_json() {
    return R"({"answer":"contest","statement":"The parcel was handed to the carrier on 5 October."})";
}

std::string message_json() {
    return R"({"text":"The tracking page has not moved since 9 October; please ask the carrier where the parcel is."})";
}

std::string offer_json() {
    return R"({"remedies":[{"kind":"refund","amount":{"amount":6000,"currency":"EUR"}}],"message":"Half now, the lamps may still come."})";
}

} // namespace parley::bench
