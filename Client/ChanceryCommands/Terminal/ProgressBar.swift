import Synchronization

/// One line on standard error that tells how far long work has come. Silent unless standard error is a terminal.
final class ProgressBar: Sendable {
    private let console: Console
    private let title: String
    /// The tenth of a percent that is shown now; drawing costs more than most steps of the work.
    private let shown = Mutex<Int>(-1)
    private let rate = Mutex(TransferRate())

    init(_ title: String, on console: Console) {
        self.title = title
        self.console = console
    }

    /// Shows that `done` of `total` are done; a total of 0 is not known yet.
    func update(done: Int, total: Int) {
        guard console.error.isTerminal else { return }
        let promille = total > 0 ? min(1000, done * 1000 / total) : done / 100
        let isNew = shown.withLock { last in
            defer { last = promille }
            return last != promille
        }
        guard isNew else { return }
        draw(total > 0 ? "\(done) of \(total)" : "\(done)", promille: total > 0 ? promille : nil)
    }

    /// Shows how many bytes are done, how fast, and how long the rest will take; several times a second at most.
    func update(doneBytes: Int, totalBytes: Int, of what: String = "") {
        guard console.error.isTerminal else { return }
        let now = ContinuousClock.now
        let text = rate.withLock { rate -> String? in
            rate.note(doneBytes, at: now)
            guard rate.isDrawn(at: now) else { return nil }
            return rate.text(doneBytes, of: totalBytes)
        }
        guard let text else { return }
        let promille = totalBytes > 0 ? min(1000, doneBytes * 1000 / totalBytes) : nil
        draw(what.isEmpty ? text : "\(what), \(text)", promille: promille)
    }

    private func draw(_ count: String, promille: Int?) {
        let room = max(10, min(40, console.error.width - title.count - count.count - 6))
        let filled = room * (promille ?? 0) / 1000
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled)
        FileSystem.writeAll(Array("\r\u{1B}[K\(title) \(bar) \(count)".utf8), to: 2)
    }

    /// Takes the line away.
    func clear() {
        guard console.error.isTerminal else { return }
        FileSystem.writeAll(Array("\r\u{1B}[K".utf8), to: 2)
    }
}
