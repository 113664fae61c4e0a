#include "api/routes/answers.hpp"

#include "engine/runtime/key_refusals.hpp"

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
    if (place->second.fingerprint != key.fingerprint) return key_reused();
    if (!place->second.answer) return key_in_progress();
    http::Response answer = *place->second.answer;
    answer.set("Idempotent-Replayed", "true");
    return answer;
}

} // namespace parley::routes
