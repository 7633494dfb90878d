public import LetterModel

/// CMIF 1.1 out: a header, an entry a letter, and an end, so that any number of letters can be written one by one.
///
/// Every entry has `sent` and `received`; who is not known is written as the standard says. Names, places, dates, certainty and
/// the letters' own keys and URLs are written; texts are not part of the format.
///
/// Source: https://encoding-correspondence.bbaw.de/v1/CMIF.html
public struct CMIFWriter: Sendable {
    /// The licence that the standard asks for.
    public static let defaultLicence = "https://creativecommons.org/licenses/by/4.0/"

    private let title: String
    private let editor: String
    private let address: String
    private let day: String
    private let licence: String

    /// A writer of one file.
    ///
    /// - Parameters:
    ///   - title: what the file lists.
    ///   - editor: who answers for it.
    ///   - address: the URI of the file.
    ///   - day: the day on which it was made, `2026-11-25`.
    ///   - licence: the URL of the licence of the list.
    public init(
        title: String, editor: String, address: String, day: String, licence: String = CMIFWriter.defaultLicence
    ) {
        self.title = title
        self.editor = editor
        self.address = address
        self.day = day
        self.licence = licence
    }

    private static let start = "<TEI xmlns=\"http://www.tei-c.org/ns/1.0\">\n  <teiHeader>\n"
    private static let titleID = "list"

    /// What stands before the first entry.
    public var header: [UInt8] {
        var writer = XMLWriter(depth: 2)
        writer.element("fileDesc") { writer in
            writer.element("titleStmt") { writer in
                writer.element("title", text: title)
                writer.element("editor", text: editor)
            }
            writer.element("publicationStmt") { writer in
                writer.element("publisher", text: editor)
                writer.element("idno", ["type": "url"], text: address)
                writer.element("date", ["when": day])
                writer.element("availability") { writer in
                    writer.element("licence", ["target": licence], text: licence)
                }
            }
            writer.element("sourceDesc") { writer in
                writer.element("bibl", ["type": "online", "xml:id": CMIFWriter.titleID], text: title)
            }
        }
        return Array("\(XMLWriter.declaration)\(CMIFWriter.start)".utf8) + writer.bytes
            + Array("    <profileDesc>\n".utf8)
    }

    /// One letter.
    public func entry(id: LetterID, letter: Letter) -> [UInt8] {
        var writer = XMLWriter(depth: 3)
        func value(_ scheme: String) -> String? {
            letter.identifiers.first { $0.scheme?.hasSameBytes(as: scheme) ?? false }?.value
        }
        writer.element(
            "correspDesc",
            ["source": "#\(CMIFWriter.titleID)", "key": value("cmif") ?? id.text, "ref": value("url")]
        ) { writer in
            CorrespDesc.writeActions(letter, to: &writer)
        }
        return writer.bytes
    }

    /// What stands after the last entry.
    public var footer: [UInt8] {
        Array(
            """
                </profileDesc>
              </teiHeader>
              <text>
                <body>
                  <p/>
                </body>
              </text>
            </TEI>

            """.utf8)
    }
}
