import ArchiveClient
import CommandOptions
import LetterModel

/// `chancery config`: the settings of this replica.
enum ConfigCommand {
    /// What can be set.
    enum Key: String, CaseIterable, Sendable {
        case author, blobs
    }

    static let key = Argument(
        optional: "KEY", .choice(of: Key.self), help: "`author` or `blobs`; without it, all are shown.")
    static let value = Argument(
        optional: "VALUE", .text,
        help:
            "author: \"Name <mail>\". blobs: `all`, `none` or `smaller-than 5MB`: which attachments a sync fetches. An empty value removes the setting."
    )

    static let description = CommandDescription(
        "config", summary: "show or change the settings of this replica", arguments: [key, value],
        examples: [Example("chancery config author \"Ada <ada@example.org>\"", help: "Say who you are, once.")])

    static func run(_ values: Values, _ context: CommandContext) async throws -> CommandStatus {
        let archive = try await context.openArchive()
        if let key = values[key], let value = values[value] {
            switch key {
            case .author:
                if value.utf8.isEmpty {
                    try await archive.setSetting(SettingKey.author, to: nil)
                } else {
                    try await archive.setAuthor(value)
                }
            case .blobs:
                if !value.utf8.isEmpty { _ = try BlobPolicy(parsing: value) }
                try await archive.setSetting(SettingKey.blobs, to: value.utf8.isEmpty ? nil : value)
            }
        }
        var shown = JSONObject()
        for key in values[key].map({ [$0] }) ?? Key.allCases {
            shown[key.rawValue] = try await archive.setting(key.rawValue).map(JSONValue.string)
        }
        if context.isJSON {
            context.print(.object(shown))
        } else {
            for member in shown.members { context.console.write("\(member.key) = \(member.value.text ?? "")") }
        }
        return .done
    }
}
