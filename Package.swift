// swift-tools-version: 6.2
// One package: `Sources/` holds what both ends share, `Client/` and `Server/` what only one of them needs.
// ARCHITECTURE.md says what each module is for and which way the arrows point.

import PackageDescription

/// Every Swift target is compiled with these; see CONTRIBUTING.md.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// The only modules that talk to C must also name every unsafe expression.
let bindingSettings = settings + [.strictMemorySafety()]

/// A Debian library that `Scripts/setup.sh` installs; nothing but a module map and a shim. Not through pkg-config: it would name Debian's folder of
/// libraries before any that the package can name, and the programs would get the shared ones.
func library(_ name: String, in folder: String, debian package: String) -> Target {
    .systemLibrary(name: name, path: "\(folder)/\(name)", providers: [.apt([package])])
}

func module(_ name: String, in folder: String = "Sources", _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: settings)
}

func binding(_ name: String, in folder: String = "Sources", _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: bindingSettings)
}

func program(
    _ name: String, in folder: String, _ dependencies: [Target.Dependency], linkerSettings: [LinkerSetting] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: settings,
        linkerSettings: linkerSettings)
}

/// What is shipped has in it what it uses of Swift's own libraries and of Debian's, but for libcurl, GMime and libmicrohttpd: it starts in half the
/// time, and runs where no toolchain is. `Sources/Static` has a file for each library that names its archive instead; lld, which comes with the
/// toolchain, looks there first, while gold takes the shared ones that Swift's list of libraries names before anything else. Places that move with the
/// program are packed, which glibc 2.36 and newer understand, and what nobody looks up has no name.
let shipped: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-stdlib", "-use-ld=lld", "-L", "\(Context.packageDirectory)/Sources/Static",
            "-Xclang-linker", "-static-libgcc", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker",
            "pack-relative-relocs",
        ], .when(configuration: .release))
]

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: settings)
}

/// What the parsers are in that `make fuzz` feeds, and what they take.
let fuzzed: [Target.Dependency] = [
    "LetterFormats", "LetterMerge", "LetterModel", "SyncProtocol", "ArchiveClient", "CurlTransport", "HTTPServer",
    "ArchiveServer", "ReplicaStore", "SyncTestSupport", "ReplicaStoreConformance", "Compression", "Hashing",
    "TestScratch",
]

let package = Package(
    name: "Chancery",
    products: [
        .library(
            name: "ArchiveClient",
            targets: ["ArchiveClient", "LetterModel", "LetterMerge", "ReplicaStore", "CurlTransport"]),
        .executable(name: "chancery", targets: ["chancery"]),
        .executable(name: "chancery-server", targets: ["chancery-server"]),
    ],
    targets: [
        // Shared by both ends, lowest first.
        library("CCrypto", in: "Sources", debian: "libssl-dev"),
        library("CZstd", in: "Sources", debian: "libzstd-dev"),
        library("CSQLite", in: "Sources", debian: "libsqlite3-dev"),
        library("CPopt", in: "Sources", debian: "libpopt-dev"),
        library("CExpat", in: "Sources", debian: "libexpat1-dev"),
        .systemLibrary(name: "CMalloc", path: "Sources/CMalloc"),
        .target(name: "CGMime", path: "Sources/CGMime"),
        module("Canaries"),
        binding("Hashing", ["CCrypto"]),
        binding("Parallelism", ["CMalloc"]),
        binding("Compression", ["CZstd", "Hashing", "Parallelism"]),
        binding("SQLiteBinding", ["CSQLite", "Canaries"]),
        binding("CommandOptions", ["CPopt"]),
        module("LetterModel", ["Hashing", "Canaries"]),
        module("LetterMerge", ["LetterModel", "Hashing", "Canaries"]),
        binding("XMLParsing", ["CExpat"]),
        binding("MailParsing", ["CGMime"]),
        module("LetterFormats", ["LetterModel", "XMLParsing", "MailParsing", "Hashing"]),
        module(
            "ReplicaStore",
            ["LetterModel", "LetterMerge", "SQLiteBinding", "Hashing", "Compression", "Parallelism", "Canaries"]),
        module("SyncProtocol", ["LetterModel", "ReplicaStore", "Hashing", "Compression", "Parallelism", "Canaries"]),

        // The client.
        .target(name: "CCurl", path: "Client/CCurl"),
        binding("CurlTransport", in: "Client", ["SyncProtocol", "CCurl"]),
        module(
            "ArchiveClient", in: "Client",
            [
                "SyncProtocol", "ReplicaStore", "LetterMerge", "LetterModel", "CurlTransport", "Hashing", "Compression",
                "Parallelism", "Canaries",
            ]),
        module(
            "ChanceryCommands", in: "Client",
            [
                "ArchiveClient", "LetterFormats", "ReplicaStore", "LetterMerge", "LetterModel", "CommandOptions",
                "Hashing", "Parallelism",
            ]),
        program("chancery", in: "Client", ["ChanceryCommands"], linkerSettings: shipped),

        // The server.
        library("CMicroHTTPD", in: "Server", debian: "libmicrohttpd-dev"),
        .systemLibrary(name: "CLinux", path: "Server/CLinux"),
        binding("HTTPServer", in: "Server", ["CMicroHTTPD", "Canaries"]),
        module(
            "ArchiveServer", in: "Server",
            [
                "HTTPServer", "SyncProtocol", "ReplicaStore", "LetterModel", "SQLiteBinding", "Hashing", "CLinux",
                "Canaries",
            ]),
        module(
            "ServerCommands", in: "Server",
            ["ArchiveServer", "HTTPServer", "ReplicaStore", "CommandOptions", "LetterModel", "Parallelism"]),
        program(
            "chancery-server", in: "Server", ["ServerCommands", "CommandOptions", "LetterModel", "Hashing"],
            linkerSettings: shipped),

        // The example of README.md.
        .executableTarget(
            name: "letter-box", dependencies: ["ArchiveClient", "LetterModel"], path: "Examples/LetterBox",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]),

        // What tests share and never ships.
        .target(name: "CFaultVFS", path: "Tests/CFaultVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CPowerCutVFS", path: "Tests/CPowerCutVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        module(
            "ReplicaStoreConformance", in: "Tests",
            ["ReplicaStore", "LetterMerge", "LetterModel", "Compression", "Hashing"]),
        module("TestScratch", in: "Tests"),
        module("ServerTestSupport", in: "Tests"),
        module("ProgramTestSupport", in: "Tests", ["TestScratch", "Canaries"]),
        module(
            "SyncTestSupport", in: "Tests",
            [
                "ArchiveClient", "SyncProtocol", "ReplicaStore", "ReplicaStoreConformance", "LetterMerge",
                "LetterModel", "SQLiteBinding", "Compression", "Hashing", "TestScratch",
            ]),

        module("MergeOracle", in: "Tests", ["LetterMerge", "LetterModel"]),
        module(
            "SyncSimulation", in: "Tests",
            [
                "CPowerCutVFS", "MergeOracle", "SyncTestSupport", "ReplicaStoreConformance", "ArchiveClient",
                "SyncProtocol",
                "ReplicaStore", "LetterMerge", "LetterModel", "Hashing",
            ]),
        program("simulate", in: "Tests", ["SyncSimulation"]),

        // Tests, one target a module, mirroring its folders.
        tests("CommandOptionsTests", ["CommandOptions"]),
        tests("HashingTests", ["Hashing"]),
        tests("CompressionTests", ["Compression", "Hashing"]), tests("ParallelismTests", ["Parallelism"]),
        tests("SQLiteBindingTests", ["SQLiteBinding", "CFaultVFS", "TestScratch"]),
        tests("LetterModelTests", ["LetterModel", "Hashing"]),
        tests(
            "LetterMergeTests", ["LetterMerge", "LetterModel", "MergeOracle", "Hashing"],
            exclude: ["Vectors/make-vectors.py", "Vectors/model.jsonl"]),
        tests("XMLParsingTests", ["XMLParsing"]),
        tests("MailParsingTests", ["MailParsing"]),
        tests("LetterFormatsTests", ["LetterFormats", "LetterModel", "XMLParsing", "Hashing"]),
        tests(
            "ReplicaStoreTests",
            [
                "ReplicaStore", "ReplicaStoreConformance", "SQLiteBinding", "CFaultVFS", "LetterMerge", "LetterModel",
                "Compression", "Hashing", "TestScratch",
            ], exclude: ["Schemas"]),
        tests(
            "SyncProtocolTests",
            [
                "SyncProtocol", "SyncTestSupport", "ReplicaStore", "ReplicaStoreConformance", "LetterModel",
                "Compression", "Hashing",
            ]),
        tests("CurlTransportTests", ["CurlTransport", "SyncProtocol", "ServerTestSupport"]),
        tests(
            "ArchiveClientTests",
            [
                "ArchiveClient", "SyncTestSupport", "SyncProtocol", "ReplicaStore", "ReplicaStoreConformance",
                "SQLiteBinding", "LetterMerge", "LetterModel", "Compression", "Hashing", "TestScratch",
            ]),
        tests("ChanceryCommandsTests", ["ChanceryCommands", "LetterMerge", "LetterModel", "CommandOptions"]),
        tests("HTTPServerTests", ["HTTPServer", "ServerTestSupport", "TestScratch"]),
        tests(
            "ArchiveServerTests",
            [
                "ArchiveServer", "HTTPServer", "SyncProtocol", "ReplicaStore", "SQLiteBinding", "LetterModel",
                "Hashing", "Compression", "ServerTestSupport", "TestScratch",
            ]),
        tests(
            "ServerCommandsTests",
            ["ServerCommands", "CommandOptions", "SyncProtocol", "LetterModel", "ServerTestSupport", "TestScratch"]),
        tests(
            "EndToEndTests", ["ProgramTestSupport", "ServerTestSupport", "TestScratch"], exclude: ["Screens"]),
        tests(
            "FaultTests",
            [
                "CPowerCutVFS", "ProgramTestSupport", "ServerTestSupport", "ReplicaStoreConformance", "ReplicaStore",
                "SQLiteBinding", "SyncTestSupport", "TestScratch", "Compression",
                "SyncProtocol", "ArchiveClient", "LetterMerge", "LetterModel", "Hashing",
            ]),
        tests("SyncSimulationTests", ["SyncSimulation", "ProgramTestSupport", "simulate"]),
        tests("FuzzingTests", fuzzed),
        tests("RepositoryTests", []),
    ],
    swiftLanguageModes: [.v6]
)

// `make fuzz` alone asks for it: it is built with a sanitizer that brings a main function of its own. The parsers are those of `FuzzingTests`,
// which stands aside: they look into modules as tests do, so no other build has them in a module that is none of tests.
if Context.environment["CHANCERY_FUZZ"] != nil {
    package.targets.removeAll { $0.name == "FuzzingTests" }
    package.targets += [
        .target(
            name: "Fuzzing", dependencies: fuzzed, path: "Tests/FuzzingTests", exclude: ["FuzzTargetTests.swift"],
            swiftSettings: settings),
        .executableTarget(
            name: "fuzz", dependencies: ["Fuzzing"], path: "Tests/FuzzProgram",
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
    ]
}
