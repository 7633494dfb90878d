import Glibc
import LetterFormats
import LetterModel

/// The person's own editor on the text form of a letter.
struct Editor {
    private let context: CommandContext
    private let command: String

    init(_ context: CommandContext) throws {
        let editors = [context.environment["VISUAL"], context.environment["EDITOR"]].compactMap { $0 }
        guard let command = editors.first(where: { !$0.isEmpty }) else {
            throw Failure(
                "noEditor",
                "neither VISUAL nor EDITOR is set; set one, or change the letter with --set and --body-file",
                status: .wrongUsage)
        }
        self.context = context
        self.command = command
    }

    /// The letter as it was left in the editor. Of text that cannot be read it is asked on a terminal whether it shall be opened again; it stays in its file, which the error names.
    ///
    /// - Parameter again: the command that goes on with the file, whose name is put behind it.
    func edit(_ letter: Letter, again: String) throws -> Letter {
        let path = try file(ChanceryTextForm.render(letter))
        while true {
            try run(path)
            let bytes = try FileSystem.read(path, limitBytes: 2 * Limits.contentBytes)
            do {
                let edited = try Editor.parse(bytes, file: path)
                unlink(path)
                return edited
            } catch {
                let message = Failure(error).message
                if context.console.canAsk { context.console.note("chancery: \(message)") }
                let answer = context.console.ask("Open it again? [Y/n] ")
                guard let answer, !answer.lowercased().hasPrefix("n") else {
                    throw Failure(
                        "textForm", "\(message)\nyour text is kept in \(path); mend it, then `\(again) \(path)`")
                }
            }
        }
    }

    /// The line below which an excerpt stands. Whatever is above it explains it, and is left out.
    static let cutLine = "# ------------------------ what stands below this line is taken ------------------------"

    /// A file for an excerpt: the notes, the line, the text.
    func file(of text: String, notes: [String]) throws -> String {
        let lines = notes.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }.map { "# \($0)" }
        return try file(Array(((lines + [Self.cutLine, text]).joined(separator: "\n") + "\n").utf8))
    }

    /// The excerpt in a file as it was left in the editor, without one final line feed. The file stays where it is.
    func editExcerpt(_ path: String) throws -> String {
        try run(path)
        let bytes = try FileSystem.read(path, limitBytes: 2 * Limits.contentBytes)
        guard let all = String(validating: bytes, as: UTF8.self) else {
            throw Failure("encoding", "what the editor left is not UTF-8 text; it is kept in \(path)")
        }
        let lines = all.split(separator: "\n", omittingEmptySubsequences: false)
        guard let cut = lines.firstIndex(where: { $0.utf8.elementsEqual(Self.cutLine.utf8) }) else {
            throw Failure("textForm", "the line above the text is gone; your text is kept in \(path)")
        }
        let text = lines[(cut + 1)...].joined(separator: "\n")
        return text.utf8.last == 0x0A ? String(decoding: text.utf8.dropLast(), as: UTF8.self) : text
    }

    /// A new file with these bytes, for its owner alone.
    private func file(_ bytes: [UInt8]) throws -> String {
        let folder = context.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array((FileSystem.join(folder, "chancery-XXXXXX.txt") + "\0").utf8CString)
        let descriptor = mkstemps(&template, 4)
        let path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else { throw FileSystem.Failure(path: folder, number: errno) }
        FileSystem.writeAll(bytes, to: descriptor)
        close(descriptor)
        return path
    }

    /// The letter in a file of the text form.
    static func letter(in path: String) throws -> Letter {
        try parse(FileSystem.read(path, limitBytes: Limits.contentBytes), file: path)
    }

    private static func parse(_ bytes: [UInt8], file: String) throws -> Letter {
        do throws(TextFormError) {
            return try ChanceryTextForm.parse(bytes).letter
        } catch {
            throw Failure("textForm", "\(file): \(error.description)")
        }
    }

    private func run(_ path: String) throws {
        // Through the shell, as EDITOR may hold options; the path is its own argument and never parsed.
        let words = ["/bin/sh", "-c", "\(command) \"$1\"", "editor", path]
        let arguments = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        let variables = context.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { variables.forEach { free($0) } }
        var child: pid_t = 0
        let number = posix_spawn(&child, words[0], nil, nil, arguments, variables)
        guard number == 0 else { throw FileSystem.Failure(path: words[0], number: number) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Failure("editor", "the editor ended with an error; nothing was changed, your text is kept in \(path)")
        }
    }
}
