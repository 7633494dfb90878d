import ArchiveClient
import CommandOptions
import Glibc
import LetterFormats
import LetterModel

/// `chancery doctor`: says what is wrong, and how to mend it.
enum DoctorCommand {
    static let offline = Flag("offline", help: "Ask no remote.")

    static let description = CommandDescription(
        "doctor", summary: "explain what is wrong with an archive, and how to mend it",
        discussion: """
            Looks at the folder, its disk and its locks, the clock, the end of the log and the small tables of the database, at what waits for a person, and asks \
            each remote whether it would sync. Nothing is changed. `chancery verify` looks at every byte.
            """,
        options: [offline],
        exitStatuses: [ExitStatus(1, "There are problems; each is told with what to do.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let folder = try context.archiveFolder()
        var findings = FolderExamination(folder).findings + tokens(context)
        do {
            let archive = try context.openArchive(at: folder)
            let examination = ArchiveExamination(archive, context)
            findings += try await examination.database()
            findings += try await examination.clock()
            findings += try await examination.letters()
            findings += try await examination.remotes(isOffline: values[offline])
        } catch {
            // What keeps it from being opened or read is the first thing to know.
            let failure = Failure(error)
            findings.insert(Finding(.problem, failure.code, failure.message), at: 0)
        }
        let problems = findings.count { $0.level == .problem }
        if context.isJSON {
            context.print([
                "folder": .string(folder), "problems": .integer(problems), "findings": .array(findings.map(\.json)),
            ])
        } else {
            show(findings, problems, folder, context.console)
        }
        return problems > 0 ? .failed : .done
    }

    private static func show(_ findings: [Finding], _ problems: Int, _ folder: String, _ console: Console) {
        let style = console.output
        let ordered = findings.filter { $0.level == .problem } + findings.filter { $0.level == .advice }
        for finding in ordered {
            let mark =
                finding.level == .problem ? style.apply(.red, to: "problem") : style.apply(.yellow, to: "advice ")
            let lines = wrapped(finding.text, style, indent: 9)
            console.write("\(mark)  \(lines[0])")
            for line in lines.dropFirst() { console.write("         \(line)") }
            guard let remedy = finding.remedy else { continue }
            for (index, line) in wrapped(remedy, style, indent: 12).enumerated() {
                console.write("         \(index == 0 ? "→ " : "  ")\(line)")
            }
        }
        let advice = findings.count - problems
        if findings.isEmpty {
            console.write(style.apply(.green, to: "all is well") + ": \(VisibleText.of(folder, keepsLines: false))")
        } else {
            console.write(
                "\(CountText.of(problems, "problem")), \(advice) of advice: \(VisibleText.of(folder, keepsLines: false))"
            )
        }
    }

    private static func wrapped(_ text: String, _ style: Console.Style, indent: Int) -> [String] {
        let visible = VisibleText.of(text, keepsLines: false)
        return style.isTerminal ? visible.wrapped(toWidth: style.width - indent) : [visible]
    }

    /// Whether others can read this person's tokens.
    private static func tokens(_ context: CommandContext) -> [Finding] {
        let path: String
        do {
            path = FileSystem.join(try context.configurationFolder(), "tokens")
        } catch {
            // Without such a folder there are no tokens.
            return []
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return [] }
        return [
            Finding(
                .problem, "tokensReadable", "\(path) can be read by others, and holds your tokens",
                remedy: "`chmod 600 \(path)`, and ask for new tokens if somebody may have read them")
        ]
    }
}
