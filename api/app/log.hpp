#pragma once

#include <string>
#include <string_view>

namespace parley::app {

// One line of JSON on standard error: at, level, message, and the request where there is one. Any
// thread; a line is written whole.
void log_line(std::string_view level, std::string_view message, std::string_view request_id = {});

// Tells a service manager that waits for it (systemd, Type=notify) how we are: "READY=1",
// "STOPPING=1". Does nothing where nobody waits.
void notify_manager(std::string_view state);

} // namespace parley::app
