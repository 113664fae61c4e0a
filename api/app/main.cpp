#include "api/app/commands.hpp"
#include "engine/base/fault.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <functional>

// The command line: what may be said, and which file answers. CLI11 is slow to compile and is named
// here alone.
namespace parley::app {
namespace {

struct Said {
    std::function<Done()> run; // set by the subcommand that was chosen
};

void add_place(CLI::App& command, Place& place) {
    command.add_option("--data", place.data, "Folder that holds the records (./parley-data)");
    command.add_option("--database", place.database,
                       "Another database than the file in that folder: sqlite:PATH or "
                       "postgresql://USER@HOST/NAME");
}

void add_own_procedures(CLI::App& command, std::optional<std::string>& folder) {
    command.add_option(
        "--procedures", folder,
        "Folder of procedures of your own (*.json), beside those inside the program; "
        "each is examined first");
}

constexpr auto allow_cidr_help =
    "Ranges that webhooks may lead to although they are not on the open internet, by plain http\n"
    "and on any port too; for development";
constexpr auto webhook_ports_help = "Ports beside 443 that webhooks may lead to";

void add_dev(CLI::App& parley, Said& said) {
    auto options = std::make_shared<DevOptions>();
    auto* command = parley.add_subcommand(
        "dev", "Start a server to try things out: test mode, keys and demo disputes ready");
    command->add_option("--port", options->port, "Port on 127.0.0.1; 0 picks a free one")
        ->capture_default_str();
    add_place(*command, options->place);
    add_own_procedures(*command, options->procedures);
    command->add_option("--seed", options->seed,
                        "Same seed, same ids of the demo's people and keys, in a new folder");
    command->add_flag("--empty", options->empty, "No demo disputes");
    command->add_option("--webhook-allow-cidr", options->webhooks.allow_cidr, allow_cidr_help)
        ->delimiter(',');
    command->add_option("--webhook-ports", options->webhooks.ports, webhook_ports_help)
        ->delimiter(',');
    command
        ->add_option("--webhook-haste", options->webhook_haste,
                     "Divides the waits between attempts, to see retries without waiting for them")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--ready-file", options->ready_file,
                        "File to write url, pid and keys into (JSON) once requests are accepted");
    command->callback([options, &said] { said.run = [options] { return run_dev(*options); }; });
}

void add_serve(CLI::App& parley, Said& said) {
    auto options = std::make_shared<ServeOptions>();
    auto* command = parley.add_subcommand("serve", "Start a server for production");
    command->footer(
        "What is said here goes before PARLEY_DATA, PARLEY_DATABASE, PARLEY_LISTEN, PARLEY_HOSTS,\n"
        "PARLEY_ADMINISTRATOR_ZONE, PARLEY_SHUTDOWN_DELAY_SECONDS, PARLEY_WEBHOOK_ALLOW_CIDR and\n"
        "PARLEY_WEBHOOK_PORTS, PARLEY_SENDMAIL, PARLEY_MAIL_FROM and PARLEY_PROCEDURES; those "
        "before the file; the "
        "file\n"
        "before what is built in. No keys exist at first: see `parley keys create --help`.");
    command->add_option("--config", options->config, "Settings file (TOML)");
    command->add_option("--data", options->data, "Folder that holds the records (./parley-data)");
    command->add_option("--database", options->database,
                        "sqlite:PATH or postgresql://USER@HOST/NAME");
    add_own_procedures(*command, options->procedures);
    command->add_option("--listen", options->listen, "ADDRESS:PORT to listen on (127.0.0.1:8080)");
    command
        ->add_option("--hosts", options->hosts,
                     "Names under which clients may call this server, separated by commas")
        ->delimiter(',');
    command->add_option("--webhook-allow-cidr", options->webhook_allow_cidr, allow_cidr_help)
        ->delimiter(',');
    command->add_option("--webhook-ports", options->webhook_ports, webhook_ports_help)
        ->delimiter(',');
    command->add_option("--sendmail", options->sendmail,
                        "Mail program that reads a message on its standard input, to send parties\n"
                        "the codes they sign in with: \"/usr/sbin/sendmail -t -i\" (none)");
    command->add_option("--mail-from", options->mail_from, "Address that such mail comes from");
    command->add_option("--administrator-zone", options->administrator_zone,
                        "Time zone of the administrator's deadlines (UTC)");
    command
        ->add_option("--shutdown-delay-seconds", options->shutdown_delay_s,
                     "How long /readyz says 503 before connections are refused (0)")
        ->check(CLI::Range(0, 300));
    command->callback([options, &said] { said.run = [options] { return run_serve(*options); }; });
}

void add_keys(CLI::App& parley, Said& said) {
    auto options = std::make_shared<KeysOptions>();
    auto* keys = parley.add_subcommand("keys", "API keys");
    keys->require_subcommand(1);
    auto* command = keys->add_subcommand(
        "create", "Make an API key and print it, once; works while the server runs, too");
    command->footer(
        "Examples:\n"
        "  parley keys create --platform \"Demo shop\"\n"
        "  parley keys create --neutral \"Noor Haddad\" --languages en,es --seats mediator");
    auto* whose = command->add_option_group("whose", "Whose key it is; exactly one of these");
    whose->add_option("--platform", options->platform,
                      "A marketplace, by name or plt_ id; made if the name is new");
    whose->add_flag("--administrator", options->administrator, "The ODR administrator");
    whose->add_flag("--auditor", options->auditor, "An auditor, who may read and change nothing");
    whose->add_option("--neutral", options->neutral,
                      "A neutral, by name or ntr_ id; put on the roster if the name is new");
    whose->add_option("--party", options->party, "A party of a dispute (pty_ id): its own sign-in");
    whose->require_option(1);
    command->add_flag("--live", options->live, "A live key; test keys are the default");
    command->add_option("--languages", options->languages, "New neutral: languages, such as en,es")
        ->delimiter(',');
    command->add_option("--seats", options->seats, "New neutral: mediator, decider or both")
        ->delimiter(',')
        ->check(CLI::IsMember({"mediator", "decider"}));
    command->add_option("--country", options->country, "New neutral: ISO 3166-1 code")
        ->capture_default_str();
    command->add_option("--time-zone", options->time_zone, "New neutral: IANA time zone")
        ->capture_default_str();
    command
        ->add_option("--load-most", options->load_most, "New neutral: cases at one time, at most")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    add_place(*command, options->place);
    command->callback(
        [options, &said] { said.run = [options] { return run_keys_create(*options); }; });
}

void add_operations(CLI::App& parley, Said& said) {
    auto migrate = std::make_shared<MigrateOptions>();
    auto* command = parley.add_subcommand("migrate", "Bring the tables up to this version");
    add_place(*command, migrate->place);
    command->add_flag("--dry-run", migrate->dry_run, "Say what would be done, and do nothing");
    command->callback([migrate, &said] { said.run = [migrate] { return run_migrate(*migrate); }; });

    auto verify = std::make_shared<VerifyOptions>();
    auto* journal = parley.add_subcommand("journal", "The record of everything that happened");
    journal->require_subcommand(1);
    command = journal->add_subcommand(
        "verify", "Recompute every hash, chain and state; name the first event that does not fit");
    add_place(*command, verify->place);
    add_own_procedures(*command, verify->procedures);
    command->add_option(
        "--acks", verify->acks,
        "File of acknowledged events, a line each: {\"dispute\", \"event\", \"key\"}; "
        "each must be in the record exactly once");
    command->callback(
        [verify, &said] { said.run = [verify] { return run_journal_verify(*verify); }; });
}

void add_drawing(CLI::App& procedure, Said& said) {
    auto options = std::make_shared<DrawOptions>();
    auto* command = procedure.add_subcommand(
        "draw", "Draw a procedure, or write it as a statechart that other programs run");
    command->add_option("procedure", options->procedure, "Such as uncitral-track-2, or a file")
        ->required();
    command
        ->add_option("--format", options->format,
                     "svg (a drawing), mermaid (for wikis) or scxml (a statechart)")
        ->required();
    command->add_option("--out", options->out, "File to write (standard output)");
    command->callback(
        [options, &said] { said.run = [options] { return run_procedure_draw(*options); }; });

    auto name = std::make_shared<std::string>();
    command = procedure.add_subcommand("explain", "All of a procedure in plain words");
    auto locale = std::make_shared<std::string>();
    command->add_option("procedure", *name, "Such as uncitral-track-2, or a file")->required();
    command->add_option("--locale", *locale,
                        "Language of what the file says it means, where it has it: es");
    command->callback([name, locale, &said] {
        said.run = [name, locale] { return run_procedure_explain(*name, *locale); };
    });
}

void add_replay(CLI::App& procedure, Said& said) {
    auto options = std::make_shared<ReplayOptions>();
    auto* command = procedure.add_subcommand(
        "replay", "What past disputes would have become under another procedure; changes nothing");
    command->footer("Example:\n"
                    "  parley procedure replay --with uncitral-track-2.json --data ./parley-data");
    command->add_option("--with", options->with, "File of the procedure to try")->required();
    add_place(*command, options->place);
    add_own_procedures(*command, options->procedures);
    command->add_option("--procedure", options->procedure,
                        "Whose disputes are asked about (those of the file's own name)");
    command->callback(
        [options, &said] { said.run = [options] { return run_procedure_replay(*options); }; });
}

void add_deadline(CLI::App& procedure, Said& said) {
    auto options = std::make_shared<DeadlineOptions>();
    auto* command =
        procedure.add_subcommand("deadline", "When a period ends, and how that is computed");
    command->footer(
        "Example:\n"
        "  parley procedure deadline --after P20B --from 2026-12-01T10:00:00Z \\\n"
        "    --zone Europe/Berlin --calendar DE\n"
        "With --lines each line of the standard input is a question such as\n"
        "  {\"after\": \"P7D\", \"from\": \"2026-03-02T10:00:00Z\", \"actors\": [{\"zone\": "
        "\"Europe/Madrid\"}],\n"
        "   \"extend\": \"P2D\", \"interrupted\": [\"2026-03-04T10:00:00Z\", "
        "\"2026-03-06T10:00:00Z\"]}\n"
        "and each is answered with a line.");
    auto* after = command->add_option("--after", options->after,
                                      "Period: PT48H, P7D, P20B (business days), P2W, P3M, P1Y");
    auto* from = command->add_option("--from", options->from, "Instant it runs from (RFC 3339)");
    command->add_option("--zone", options->zones,
                        "IANA time zone of whoever must act; several, the latest counts (UTC)");
    command->add_option("--calendar", options->calendar,
                        "Calendar of holidays, such as DE or EU, for business days and --roll");
    command->add_option("--receipt", options->receipt,
                        "It counts as received so much later: P3D, or P2B in the calendar");
    command->add_flag("--roll", options->roll,
                      "No last day that is a holiday: the next one counts");
    command->add_flag("--instant", options->instant, "Elapsed time: days of 24 hours");
    command->add_flag("--lines", options->lines, "Answer questions from the standard input")
        ->excludes(after)
        ->excludes(from);
    command->callback(
        [options, &said] { said.run = [options] { return run_procedure_deadline(*options); }; });
}

void add_procedure(CLI::App& parley, Said& said) {
    auto* procedure = parley.add_subcommand("procedure", "Procedures: the rules as data");
    procedure->require_subcommand(1);

    auto files = std::make_shared<std::vector<std::string>>();
    auto* command = procedure->add_subcommand(
        "check", "Check procedure files; every fault is shown with its line");
    command->add_option("files", *files, "Procedure files (JSON)")->required();
    auto source = std::make_shared<std::string>();
    command->add_option("--source", *source,
                        "The text that the procedure cites: is it the one that the file pins?");
    command->callback([files, source, &said] {
        said.run = [files, source] { return run_procedure_check(*files, *source); };
    });

    auto folder = std::make_shared<std::string>();
    auto trace = std::make_shared<bool>(false);
    command = procedure->add_subcommand(
        "test", "Run the stories (N.stories) beside each procedure (N.json) of a folder");
    command
        ->add_option("folder", *folder,
                     "Folder, such as workflows/uncitral-track-2, or one file of stories")
        ->required();
    command->add_flag(
        "--trace", *trace,
        "Print every row as a line of JSON: its events, the facts and the stage after");
    command->callback([folder, trace, &said] {
        said.run = [folder, trace] { return run_procedure_test(*folder, *trace); };
    });

    auto bounds = std::make_shared<std::string>();
    command = procedure->add_subcommand(
        "bounds", "The soonest and the latest way to each end of a procedure, in days");
    command->add_option("procedure", *bounds, "Such as uncitral-track-2, or a file")->required();
    command->callback(
        [bounds, &said] { said.run = [bounds] { return run_procedure_bounds(*bounds); }; });

    command = procedure->add_subcommand("list", "The procedures inside this program");
    command->callback([&said] { said.run = [] { return run_procedure_list(); }; });

    auto name = std::make_shared<std::string>();
    command =
        procedure->add_subcommand("show", "Stages, steps and deadlines of a procedure, in words");
    command->add_option("name", *name, "Such as uncitral-track-2")->required();
    command->callback([name, &said] { said.run = [name] { return run_procedure_show(*name); }; });
    add_deadline(*procedure, said);
    add_replay(*procedure, said);
    add_drawing(*procedure, said);
}

void add_demo(CLI::App& parley, Said& said) {
    auto options = std::make_shared<DemoOptions>();
    auto* command = parley.add_subcommand(
        "demo", "Take two disputes from notice to outcome against a server, showing each step");
    command->footer("Without --url a server of its own is started for it and stopped again.");
    auto* url = command->add_option("--url", options->url, "A running `parley dev`");
    command->add_option("--ready-file", options->ready_file, "The file it wrote, with the keys")
        ->needs(url);
    url->needs("--ready-file");
    command
        ->add_option("--database", options->database,
                     "For the server of its own: postgresql://USER@HOST/NAME, an empty database")
        ->excludes(url);
    command->callback([options, &said] { said.run = [options] { return run_demo(*options); }; });
}

int report(Failure const& failure) {
    fmt::print(stderr, "parley: {}\n", failure.line);
    return failure.exit_code;
}

// CLI11 may say a fault in several lines; a terminal and a log both want one.
std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at))
        text.replace(at, 1, "; ");
    return text;
}

CLI::App const& chosen(CLI::App const& parley) {
    CLI::App const* at = &parley;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
    return *at;
}

std::string path_of(CLI::App const& command) {
    std::string path = command.get_name();
    for (CLI::App const* up = command.get_parent(); up != nullptr; up = up->get_parent())
        path.insert(0, " ").insert(0, up->get_name());
    return path;
}

int run(int argc, char** argv) {
    CLI::App parley(
        "Parley takes disputes between buyers and sellers from the notice to the outcome.",
        "parley");
    parley.set_version_flag("--version", "parley " PARLEY_VERSION, "Show the version");
    parley.set_help_flag("-h,--help",
                         "Show this help, or a command's with `parley COMMAND --help`");
    parley.footer("To try it out:  parley dev        then, in another terminal:  parley demo");
    parley.require_subcommand(1);
    Said said;
    add_dev(parley, said);
    add_serve(parley, said);
    add_demo(parley, said);
    add_keys(parley, said);
    add_operations(parley, said);
    add_procedure(parley, said);
    auto* help = parley.add_subcommand("help", "Show this help");
    help->callback([&parley, &said] {
        said.run = [&parley]() -> Done {
            fmt::print("{}", parley.help("", CLI::AppFormatMode::Normal));
            return {};
        };
    });
    if (argc == 1) {
        fmt::print("{}", parley.help());
        return 0;
    }
    try {
        parley.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        if (error.get_exit_code() == 0) return parley.exit(error); // --help, --version
        return report(
            {fmt::format("{}; see `{} --help`", one_line(error.what()), path_of(chosen(parley))),
             2});
    }
    try {
        if (Done done = said.run(); !done) return report(done.error());
        return 0;
    } catch (Fault const& fault) {
        return report({one_line(fault.what())});
    } catch (std::exception const& error) {
        return report({one_line(error.what())});
    }
}

} // namespace
} // namespace parley::app

int main(int argc, char** argv) {
    std::signal(SIGPIPE,
                SIG_IGN); // whoever read our output may leave; a server does not end by that
    return parley::app::run(argc, argv);
}
