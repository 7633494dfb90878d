import Glibc
import Hashing
import LetterModel

/// Who holds a folder: a process of a machine.
struct FolderHolder: Equatable {
    /// The machine's name, for people.
    var host: String
    /// Which start of a machine: no two have the same.
    var boot: String
    /// The process's number.
    var process: Int
    /// A hash of what tells an installation of Linux from others; nil if nothing does.
    var machine: String?
    /// When the process began, in the kernel's ticks since the boot: a number is given to another process later.
    var start: Int?
    /// Which numbers of processes these are: a container has its own.
    var namespace: String?

    /// This process.
    static func current() -> FolderHolder {
        FolderHolder(
            host: hostName(), boot: bootID(), process: Int(getpid()), machine: machineID(), start: start(of: "self"),
            namespace: processNamespace())
    }

    init(
        host: String, boot: String, process: Int, machine: String? = nil, start: Int? = nil, namespace: String? = nil
    ) {
        self.host = host
        self.boot = boot
        self.process = process
        self.machine = machine
        self.start = start
        self.namespace = namespace
    }

    /// Reads what `text` writes, and the three lines of earlier versions; nil for anything else.
    init?(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let last = lines.popLast(), last.isEmpty, lines.count == 3 || lines.count == 6,
            let process = DecimalDigits.value(of: lines[2].utf8), process > 0
        else { return nil }
        self.init(host: lines[0], boot: lines[1], process: process)
        guard lines.count == 6 else { return }
        machine = lines[3].isEmpty ? nil : lines[3]
        start = DecimalDigits.value(of: lines[4].utf8)
        namespace = lines[5].isEmpty ? nil : lines[5]
        guard start != nil || lines[4].isEmpty else { return nil }
    }

    /// Six lines.
    var text: String {
        "\(host)\n\(boot)\n\(process)\n\(machine ?? "")\n\(start.map(String.init) ?? "")\n\(namespace ?? "")\n"
    }

    /// Whether it is known to be on this machine. Many machines have one name; copies of an installation may have one id too, and then it
    /// takes the boot to tell them apart.
    func isHere(_ here: FolderHolder) -> Bool {
        guard host.hasSameBytes(as: here.host) else { return false }
        if isOfThisBoot(here) { return true }
        guard let machine, let ours = here.machine else { return false }
        return machine.hasSameBytes(as: ours)
    }

    /// Whether it is known to be gone.
    func isGone(here: FolderHolder) -> Bool {
        guard isHere(here) else { return false }
        guard isOfThisBoot(here) else { return true }
        if let namespace, namespace != here.namespace { return false }
        if kill(pid_t(clamping: process), 0) != 0, errno == ESRCH { return true }
        guard let start, let running = FolderHolder.start(of: "\(process)") else { return false }
        return start != running
    }

    private func isOfThisBoot(_ here: FolderHolder) -> Bool {
        boot.hasSameBytes(as: here.boot) && !boot.hasSameBytes(as: FolderHolder.unknownBoot)
    }

    private static let unknownBoot = "unknown"

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unnamed" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Source: https://man7.org/linux/man-pages/man4/random.4.html (/proc/sys/kernel/random/boot_id)
    private static func bootID() -> String {
        guard case .text(let text) = SmallFile.read("/proc/sys/kernel/random/boot_id") else { return unknownBoot }
        return String(text.prefix { $0 != "\n" })
    }

    /// The id itself is nobody else's business: it stands in a file that is carried around as a hash.
    ///
    /// Source: https://www.freedesktop.org/software/systemd/man/latest/machine-id.html
    private static func machineID() -> String? {
        guard case .text(let text) = SmallFile.read("/etc/machine-id") else { return nil }
        let id = text.prefix { $0 != "\n" }
        return id.isEmpty ? nil : SHA256.digest(of: Array("chancery in-use \(id)".utf8)).hex
    }

    /// Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (field 22; the second may hold anything, and ends with the last parenthesis)
    private static func start(of process: String) -> Int? {
        guard case .text(let text) = SmallFile.read("/proc/\(process)/stat"),
            let end = text.utf8.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = text[end...].split(separator: " ")
        return fields.count > 20 ? DecimalDigits.value(of: fields[20].utf8) : nil
    }

    /// Source: https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
    private static func processNamespace() -> String? {
        var name = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/ns/pid", &name, name.count)
        guard count > 0, count < name.count else { return nil }
        return String(validating: name[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
