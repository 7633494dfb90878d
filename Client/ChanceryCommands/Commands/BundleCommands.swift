import ArchiveClient
import CommandOptions
import LetterModel

/// `chancery bundle create`: a file that carries letters where no network goes.
enum BundleCreateCommand {
    static let file = Argument("FILE", .file, help: "A file that is not there yet.")
    static let since = Option(
        "since", .text, placeholder: "CURSOR",
        help: "Only what came after this: the cursor that an earlier `bundle create` printed.")
    static let noBlobs = Flag("no-blobs", help: "Leave attachments out.")

    static let description = CommandDescription(
        "bundle create", summary: "write letters into a file, for machines that no network joins",
        discussion: """
            The file holds every revision and every attachment that is here, and can be applied to any replica of the archive, \
            more than once. `zstdcat FILE | jq` reads it. A file that has the name is whole.
            """,
        arguments: [file], options: [since, noBlobs],
        examples: [
            Example("chancery bundle create monday.bundle", help: "Everything."),
            Example("chancery bundle create tuesday.bundle --since CURSOR", help: "What came since monday.bundle."),
        ],
        exitStatuses: [ExitStatus(2, "Something is damaged here and was left out, and was named.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let created = try await context.openArchive().createBundle(
            at: values[file], since: values[since], includesBlobs: !values[noBlobs])
        if context.isJSON {
            context.print([
                "file": .string(values[file]), "revisions": .integer(created.revisions),
                "blobs": .integer(created.blobs), "bytes": .integer(created.byteCount),
                "cursor": .string(created.cursor), "damaged": .array(created.damaged.map { .string($0.hex) }),
                "leftOut": .array(created.leftOutBlobs.map { .string($0.hex) }),
            ])
        } else {
            context.console.write(
                "\(values[file]): \(CountText.of(created.revisions, "revision")), \(CountText.of(created.blobs, "attachment")), \(created.byteCount) bytes"
            )
            context.console.write("the next one: chancery bundle create FILE --since \(created.cursor)")
        }
        for id in created.damaged {
            context.console.note("revision \(id.hex) is damaged here and not in it; run `chancery verify`")
        }
        for id in created.leftOutBlobs {
            context.console.note("attachment \(id.hex) is damaged here, and not in it; run `chancery verify`")
        }
        return created.damaged.isEmpty && created.leftOutBlobs.isEmpty ? .done : .partlyDone
    }
}

/// `chancery bundle apply`: takes in what such a file holds.
enum BundleApplyCommand {
    static let file = Argument("FILE", .file, help: "What `bundle create` made.")

    static let description = CommandDescription(
        "bundle apply", summary: "take in what a bundle holds",
        discussion: """
            The whole file is checked before anything is taken: one that is cut or damaged changes nothing. Applying a bundle twice changes nothing. One \
            that begins past what is here is taken as far as it goes: the rest waits beside the log until an earlier bundle, or a sync, brings what it builds on.
            """,
        arguments: [file],
        exitStatuses: [
            ExitStatus(2, "Something waits or was refused, and was named."),
            ExitStatus(3, "Done, and a letter of this archive has a conflict."),
        ])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let applied = try await context.openArchive().applyBundle(at: values[file])
        if context.isJSON {
            context.print([
                "file": .string(values[file]), "accepted": .integer(applied.accepted),
                "duplicates": .integer(applied.duplicates), "waiting": .integer(applied.waiting),
                "held": .integer(applied.held), "blobs": .integer(applied.blobs),
                "conflicts": .integer(applied.conflicts),
                "quarantined": .array(applied.quarantined.map { .string($0) }),
            ])
        } else {
            context.console.write(
                "\(values[file]): \(applied.accepted) new, \(applied.duplicates) were here, \(CountText.of(applied.blobs, "attachment")) came"
            )
        }
        if applied.waiting > 0 {
            context.console.note(
                "\(applied.waiting) revisions wait for what they build on: the bundle begins after revision \(applied.begin) of its creator's log; apply an earlier one, or sync"
            )
        }
        if applied.held > 0 {
            context.console.note(
                "\(applied.held) revisions would delete too many letters and are held: see `chancery status`")
        }
        for text in applied.quarantined { context.console.note("set aside: \(text)") }
        guard applied.isWhole else { return .partlyDone }
        return applied.conflicts > 0 ? .doneWithConflicts : .done
    }
}
