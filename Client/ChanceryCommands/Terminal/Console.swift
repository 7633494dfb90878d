import Glibc

/// Standard input, output and error of this process: results on one, everything else on the other.
public struct Console: Sendable {
    /// What the terminal behind a stream can do.
    struct Style: Sendable {
        /// Whether a person reads along.
        let isTerminal: Bool
        /// Whether colours are wanted.
        let hasColour: Bool
        /// The number of columns.
        let width: Int
    }

    let output: Style
    let error: Style
    /// Whether a person can be asked.
    let isInputTerminal: Bool
    /// What long results are read in; nil where they just go to standard output.
    private(set) var pager: Pager?

    /// The streams of this process, with the environment's say on colour (`NO_COLOR`, `TERM=dumb`) and width (`COLUMNS`).
    public init(environment: [String: String]) {
        let plain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        func style(_ descriptor: Int32) -> Style {
            let isTerminal = isatty(descriptor) == 1
            var size = winsize()
            let isSized = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            let columns = environment["COLUMNS"].flatMap { Int($0) } ?? (isSized ? Int(size.ws_col) : 80)
            return Style(isTerminal: isTerminal, hasColour: isTerminal && !plain, width: max(40, columns))
        }
        output = style(STDOUT_FILENO)
        error = style(STDERR_FILENO)
        isInputTerminal = isatty(STDIN_FILENO) == 1
    }

    /// Puts a pager behind standard output, where a person reads along and wants one.
    mutating func page(environment: [String: String]) {
        guard output.isTerminal, pager == nil else { return }
        pager = Pager(environment: environment)
    }

    /// Waits until the person has read what is in the pager, and tells the notes that were made meanwhile.
    mutating func endPaging() {
        guard let pager else { return }
        let notes = pager.end()
        self.pager = nil
        notes.forEach(note)
    }

    /// Writes a result and a line feed to standard output.
    func write(_ line: String) {
        write(bytes: Array(line.utf8) + [UInt8(ascii: "\n")])
    }

    /// Writes bytes to standard output as they are.
    func write(bytes: [UInt8]) {
        FileSystem.writeAll(bytes, to: STDOUT_FILENO)
    }

    /// Writes a line for people to standard error, on a terminal in lines that fit it; while a pager has the terminal, after it.
    func note(_ line: String) {
        if let pager, error.isTerminal { return pager.keep(line) }
        let text = error.isTerminal ? NoteText.wrapped(line, width: error.width) : line
        FileSystem.writeAll(Array((text + "\n").utf8), to: STDERR_FILENO)
    }

    /// Whether somebody can be asked on a terminal.
    var canAsk: Bool { isInputTerminal && error.isTerminal }

    /// Asks a question on the terminal; nil without one. A question is never asked where nobody can answer.
    func ask(_ question: String) -> String? {
        guard canAsk else { return nil }
        FileSystem.writeAll(Array(question.utf8), to: STDERR_FILENO)
        return readLine(strippingNewline: true)
    }

    /// Asks for a secret without showing it; from a pipe, its first line.
    func askSecret(_ question: String) -> String? {
        guard isInputTerminal else { return readLine(strippingNewline: true) }
        FileSystem.writeAll(Array(question.utf8), to: STDERR_FILENO)
        var shown = termios()
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else { return nil }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            FileSystem.writeAll([UInt8(ascii: "\n")], to: STDERR_FILENO)
        }
        return readLine(strippingNewline: true)
    }
}

extension Console.Style {
    /// The looks that output uses.
    enum Look: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    /// Text in a look, where the terminal can show it.
    func apply(_ look: Look, to text: String) -> String {
        hasColour ? "\u{1B}[\(look.rawValue)m\(text)\u{1B}[0m" : text
    }
}
