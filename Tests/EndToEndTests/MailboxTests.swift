import Foundation
import ProgramTestSupport
import Testing
import TestScratch

/// Mail goes in by file and by mailbox, and comes out as a mailbox.
struct MailboxTests {
    static let mailbox = """
        From ada@example.org Wed Jul 15 10:00:00 2020
        From: Ada <ada@example.org>
        To: Ben <ben@example.org>
        Date: Wed, 15 Jul 2020 10:00:00 +0400
        Subject: =?utf-8?Q?Br=C3=BCcken?=
        Message-ID: <1@example.org>
        Content-Type: multipart/mixed; boundary=b

        --b

        Come home.
        --b
        Content-Type: image/png
        Content-Transfer-Encoding: base64
        Content-Disposition: attachment; filename="../scan.png"

        iVBORw0KGgo=
        --b--

        From nobody Wed Jul 15 11:00:00 2020
        X-Empty: 1

        nothing

        From ben@example.org Wed Jul 15 12:00:00 2020
        From: Ben <ben@example.org>
        Subject: Re: =?utf-8?Q?Br=C3=BCcken?=
        In-Reply-To: <1@example.org>

        I come.

        """

    @Test func `a mailbox is taken once, its bad message is named, and it is written again`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let file = try ada.scratch.file("inbox", Self.mailbox)
        let planned = try ada.expect(2, "import", file, "--dry-run", "--json").objects()
        #expect((planned.first?["ids"] as? [String])?.count == 2)
        #expect(try ada.expect("list", "--json").objects().isEmpty)
        let first = try ada.expect(2, "import", file, "--json")
        #expect(first.error.contains("line 20: "))
        let ids = try #require(try first.objects().first?["ids"] as? [String])
        #expect(ids.count == 2)
        let second = try ada.expect(2, "import", file, "--json").objects()
        #expect(second.first?["outcome"] as? String == "unchanged")
        #expect(second.first?["ids"] as? [String] == ids)
        #expect(try ada.expect("search", "Brücken").output.contains("Brücken"))
        try ada.expect("verify")

        let written = try ada.expect("export", "--format", "mbox").output
        let copy = try ada.scratch.file("copy.mbox", written)
        let ben = try Machine("ben")
        try ben.expect("init")
        try ben.expect("import", copy)
        let titles = try ben.expect("list", "--json").objects().compactMap { $0["title"] as? String }
        #expect(Set(titles) == ["Brücken", "Re: Brücken"])
        let folder = ben.scratch.url.appending(path: "out").path
        try ben.expect("export", "--format", "original", "--output", folder)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["Brücken.eml", "Re_ Brücken.eml"])
        #expect(written.contains("filename=\"_scan.png\""))
        #expect(written.contains("iVBORw0KGgo="))
    }

    @Test func `letters that say the same stay two, as messages and as editions`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        let line = #"{"letter":{"title":"Twice","senders":[{"name":"Ada"}]}}"# + "\n"
        for id in ["0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"] {
            let named = line.replacingOccurrences(of: "{\"letter\"", with: "{\"id\":\"\(id)\",\"letter\"")
            try ada.expect("import", try ada.scratch.file("a.jsonl", named))
        }
        for format in ["mbox", "eml", "tei"] {
            let out = ada.scratch.url.appending(path: format).path
            try ada.expect("export", "--format", format, "--output", out)
            let ben = try Machine("ben")
            try ben.expect("init")
            try ben.expect("import", out)
            #expect(try ben.expect("list", "--json").objects().count == 2, "\(format)")
        }
        let refused = try ada.expect(64, "export", "--format", "eml")
        #expect(refused.error.contains("--format mbox"))
        #expect(refused.output.isEmpty)
    }

    @Test func `a message of its own is the letter that the mailbox gave`() throws {
        let ada = try Machine("ada")
        try ada.expect("init")
        try ada.expect(2, "import", try ada.scratch.file("inbox", Self.mailbox))
        let lines = Self.mailbox.components(separatedBy: "\n")
        let message = try ada.scratch.file("one.eml", lines[1..<18].joined(separator: "\n") + "\n")
        let again = try ada.expect("import", message, "--json").objects()
        #expect(again.first?["outcome"] as? String == "unchanged")
    }
}
