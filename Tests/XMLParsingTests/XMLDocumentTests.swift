import Testing
import XMLParsing

struct XMLDocumentTests {
    static func root(_ text: String) throws -> XMLElement { try XMLDocument.root(of: Array(text.utf8)) }

    static func fault(_ text: String) -> XMLError.Code? {
        do {
            _ = try root(text)
            return nil
        } catch {
            return (error as? XMLError)?.code
        }
    }

    @Test func `names go by the URI of their namespace and not by their prefix`() throws {
        let plain = try Self.root(#"<a xmlns="urn:x"><b xml:id="one" k="v">t</b></a>"#)
        let prefixed = try Self.root(#"<p:a xmlns:p="urn:x"><p:b xml:id="one" k="v">t</p:b><b/></p:a>"#)
        for root in [plain, prefixed] {
            #expect(root.namespace == "urn:x")
            #expect(root.elements("b").count == 1)
            #expect(root.first("b")?.xmlAttribute("id") == "one")
            #expect(root.first("b")?.attribute("k") == "v")
            #expect(root.text == "t")
        }
    }

    @Test func `an element knows its bytes and its line`() throws {
        let text = "<a>\n  <b k='1'>é</b>\n  <c/>\n</a>"
        let root = try Self.root(text)
        let pieces = root.elements.map { String(decoding: Array(text.utf8)[$0.range], as: UTF8.self) }
        #expect(pieces == ["<b k='1'>é</b>", "<c/>"])
        #expect(root.elements.map(\.line) == [2, 3])
        #expect(root.range == 0..<text.utf8.count)
    }

    @Test func `text comes in one piece, references resolved`() throws {
        let root = try Self.root("<a>one &amp; &#x1F642;<![CDATA[ <two>]]><!-- no --> three</a>")
        #expect(root.nodes.count == 1)
        #expect(root.text == "one & 🙂 <two> three")
    }

    @Test func `a document type stops the parser before any entity is known`() {
        let bomb = """
            <!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>
            """
        #expect(Self.fault(bomb) == .doctype)
        #expect(Self.fault("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>") == .doctype)
        #expect(Self.fault("<a>&undefined;</a>") == .syntax)
    }

    @Test func `what is too deep, too wide or too long is refused`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(Self.fault(nested(XMLLimits.depth)) == nil)
        #expect(Self.fault(nested(XMLLimits.depth + 1)) == .limit)
        func wide(_ count: Int) -> String { "<a \((0..<count).map { "k\($0)='1'" }.joined(separator: " "))/>" }
        #expect(Self.fault(wide(XMLLimits.attributes)) == nil)
        #expect(Self.fault(wide(XMLLimits.attributes + 1)) == .limit)
        func long(_ count: Int) -> String { "<a k='\(String(repeating: "x", count: count))'/>" }
        #expect(Self.fault(long(XMLLimits.attributeBytes)) == nil)
        #expect(Self.fault(long(XMLLimits.attributeBytes + 1)) == .limit)
    }

    @Test(arguments: [
        "", " ", "<", "<a>", "<a></b>", "<a/><b/>", "<a k='1' k='2'/>", "<p:a/>", "<a>\u{1}</a>", "<a>&#0;</a>", "text",
        "<a k=1/>", "<a><b></a></b>", "<a>]]></a>", "<?xml version='1.0'?",
    ])
    func `what is not well-formed is refused`(text: String) {
        #expect(Self.fault(text) == .syntax)
    }

    @Test func `encodings that are read, and one that is not`() throws {
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xE9] + Array("</a>".utf8)
        #expect(try XMLDocument.root(of: latin).text == "é")
        var wide: [UInt8] = [0xFF, 0xFE]
        for unit in "<a>é</a>".utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        #expect(try XMLDocument.root(of: wide).text == "é")
        #expect(Self.fault("<?xml version='1.0' encoding='koi8-r'?><a/>") == .encoding)
        #expect(throws: XMLError.self) { try XMLDocument.root(of: Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) }
    }
}
