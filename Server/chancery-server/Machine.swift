import CommandOptions
import Glibc
import Hashing
import LetterModel
import ServerCommands

extension Surroundings {
    /// The machine that this process runs on: its clocks, its randomness, its environment and its streams.
    static let machine = Surroundings(
        environment: environmentVariables(),
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(milliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
        },
        uptime: { ContinuousClock.now },
        randomBytes: { SecureBytes.random(count: $0) },
        userName: userName(),
        writeOutput: { write($0, to: STDOUT_FILENO) },
        writeError: { write($0, to: STDERR_FILENO) },
        ask: { question in
            guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
            write(Array(question.utf8), to: STDERR_FILENO)
            return readLine(strippingNewline: true)
        })

    /// The name of the account that runs this process.
    private static func userName() -> String {
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else { return "uid \(geteuid())" }
        return String(cString: name)
    }

    /// Writes all bytes, in one call as far as the system takes them: lines of several threads do not mix.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return
            }
            rest = rest.dropFirst(count)
        }
    }
}
