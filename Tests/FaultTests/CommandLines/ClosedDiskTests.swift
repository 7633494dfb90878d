import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Disks that are full or may not be written to refuse with a sentence, lose nothing, and are all right again later.
@Suite(.serialized) struct ClosedDiskTests {
    /// Whether this process may make mounts of its own. They are gone with the process that made them.
    private static let mayMount: Bool = {
        let scratch = Scratch(mayStay: true)
        guard
            let ended = try? Programs.run(
                "/usr/bin/unshare", ["--mount", "/bin/sh", "-c", "mount -t tmpfs none \(scratch.url.path)"],
                environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], in: scratch.url)
        else { return false }
        return ended.status == 0
    }()

    private static let isRoot = getuid() == 0

    /// Runs a script with mounts of its own. `$chancery` is the program.
    private func run(_ machine: Machine, _ script: String) throws -> Programs.Ended {
        var environment = machine.environment
        environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
        environment["chancery"] = Programs.folder.appending(path: "chancery").path
        return try Programs.run(
            "/usr/bin/unshare", ["--mount", "/bin/sh", "-euc", script], environment: environment,
            in: machine.scratch.url)
    }

    private func filled() throws -> Machine {
        let ada = try Machine("ada")
        try ada.expect("init")
        try ada.expect("new", "--set", "title=Before")
        return ada
    }

    @Test(.enabled(if: mayMount, "mounts are not allowed here"))
    func `on a disk that fills up, what was acknowledged is kept, and there is a sentence for the rest`() throws {
        let ada = try filled()
        // Acknowledged titles, one a line; then the status and the error of what did not fit; then what is there.
        let ended = try run(
            ada,
            """
            mkdir "$HOME/small"
            mount -t tmpfs -o size=2m none "$HOME/small"
            cp -r "$CHANCERY_ARCHIVE" "$HOME/small/archive"
            export CHANCERY_ARCHIVE="$HOME/small/archive"
            head -c 40000 /dev/urandom | od -An -tx1 > "$HOME/long"
            number=0
            while [ $number -lt 200 ]; do
                number=$((number + 1))
                if "$chancery" new --set "title=$number" --body-file "$HOME/long" > /dev/null 2> "$HOME/error"
                then echo "acknowledged $number"; else echo "status $?"; break; fi
            done
            sed 's/^/error /' "$HOME/error"
            "$chancery" verify > /dev/null && echo verified
            "$chancery" list --json > "$HOME/listed"
            mount -o remount,size=16m "$HOME/small"
            "$chancery" new --set title=Room > /dev/null
            "$chancery" verify > /dev/null && echo "verified again"
            """)
        #expect(ended.status == 0, "\(ended.error)")
        let lines = ended.output.split(separator: "\n").map(String.init)
        #expect(lines.contains("status 1"), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("error ") && $0.contains("disk is full") }, "\(lines)")
        #expect(lines.contains("verified") && lines.contains("verified again"), "\(lines)")
        let acknowledged = lines.compactMap { $0.hasPrefix("acknowledged ") ? String($0.dropFirst(13)) : nil }
        #expect(!acknowledged.isEmpty)
        let data = try Data(contentsOf: ada.scratch.url.appending(path: "listed"))
        let rows = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        #expect(Set(rows.compactMap { $0["title"] as? String }) == Set(acknowledged + ["Before"]))
    }

    @Test(.enabled(if: mayMount, "mounts are not allowed here"))
    func `a replica on a disk that is mounted to be read is read, and refuses to be written`() throws {
        let ada = try filled()
        let ended = try run(
            ada,
            """
            mount --bind "$CHANCERY_ARCHIVE" "$CHANCERY_ARCHIVE"
            mount -o remount,bind,ro "$CHANCERY_ARCHIVE"
            "$chancery" list --json | grep -q Before && echo listed
            "$chancery" new --set title=Never 2>&1 || echo "status $?"
            """)
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.output.contains("listed"), "\(ended.output)\(ended.error)")
        #expect(ended.output.contains("status 1"))
        #expect(ended.output.contains("cannot be written to"), "\(ended.output)")
        #expect(try ada.titles() == ["Before"])
        try ada.expect("verify")
    }

    @Test(.enabled(if: isRoot, "only root can run a program as somebody else"))
    func `somebody who may only read a replica reads it, and is told that it cannot be written to`() throws {
        let ada = try filled()
        let opened = try Programs.run(
            "/bin/chmod", ["-R", "a+rX", ada.scratch.url.path], environment: [:], in: ada.scratch.url)
        #expect(opened.status == 0)
        let somebody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        let listed = try ada.run(["list", "--json"], under: somebody)
        #expect(listed.status == 0, "\(listed.error)")
        #expect(listed.output.contains("Before"))
        let refused = try ada.run(["new", "--set", "title=Never"], under: somebody)
        #expect(refused.status == 1)
        #expect(refused.error.contains("cannot be written to"), "\(refused.error)")
        #expect(try ada.titles() == ["Before"])
        try ada.expect("verify")
    }
}
