#include "api/routes/answers.hpp"

namespace parley::routes {

Answers::Turn::~Turn() {
    if (answers_ == nullptr) return;
    auto const found = answers_->kept_.find({key_.scope, key_.key});
    if (found != answers_->kept_.end() && !found->second.answer) answers_->kept_.erase(found);
}

void Answers::Turn::keep(http::Response const& answer) {
    Name const name{key_.scope, key_.key};
    answers_->kept_[name].answer = answer;
    answers_->order_.push_back(name);
    if (answers_->order_.size() <= kept_max) return;
    answers_->kept_.erase(answers_->order_.front());
    answers_->order_.pop_front();
}

Result<std::variant<Answers::Turn, http::Response>> Answers::begin(ReceiptKey key) {
    auto const [place, is_new] = kept_.try_emplace({key.scope, key.key}, Kept{key.fingerprint, {}});
    if (is_new) return Turn(*this, std::move(key));
    if (place->second.fingerprint != key.fingerprint)
        return refuse(
            RefusalCode::idempotency_key_reused,
            "This Idempotency-Key was used for another request; take a new key for a new request.");
    if (!place->second.answer)
        return refuse(RefusalCode::idempotency_in_progress,
                      "A request with this Idempotency-Key is being worked on; ask again shortly.");
    http::Response answer = *place->second.answer;
    answer.set("Idempotent-Replayed", "true");
    return answer;
}

} // namespace parley::routes
