# Chancery. The two commands to know: `make demo` and `make test`.
# Everything is built once, optimised, into .build: the programs that are shown are the programs that are tested.

# -enable-testing is part of every build, so that the programs and the tests share one; SwiftPM must not add it again for the tests,
# or all of it is compiled a second time.
SWIFT_FLAGS = --configuration release --explicit-target-dependency-import-check error -Xswiftc -enable-testing
SWIFT_BUILD = swift build $(SWIFT_FLAGS)
TEST_FLAGS  = $(SWIFT_FLAGS) --disable-testable-imports --disable-xctest
SWIFT_TEST  = swift test $(TEST_FLAGS)
# Says what a person reads, and all issues once more at the end; everything that is printed is kept.
BATTERY     = python3 Scripts/battery.py
BIN         = .build/release

.PHONY: all setup build demo test docs interface unchanged-interface simulate check battery lint format formats drill fuzz sanitize load attachments canaries soak bench clean

all: build

setup:
	@Scripts/setup.sh

## build: the two programs, chancery and chancery-server
build: setup
	$(SWIFT_BUILD)

## demo: two machines and a server, letters that travel, a conflict that is shown and settled
demo: build
	Scripts/demo.sh $(BIN)

## test: every test; a few minutes with a cold build
test: setup
	$(BATTERY) .build/test.log $(SWIFT_TEST)

## docs: the library's documentation with its articles, into .build/docs; a warning is an error
docs: setup
	$(SWIFT_BUILD) --target ArchiveClient
	Scripts/docs.sh $(BIN) .build/docs

## interface: accepts the public interface of the library as it is now, into Documentation/interface.txt
interface: docs
	python3 Scripts/interface.py .build/docs/symbols Documentation/interface.txt --accept

## unchanged-interface: fails if the public interface of the library is another one than in Documentation/interface.txt, and says what changed
unchanged-interface: docs
	python3 Scripts/interface.py .build/docs/symbols Documentation/interface.txt

## lint: the format of every Swift file
lint: setup
	swift format lint --strict --recursive --parallel Package.swift Sources Client Server Tests Benchmarks Examples

## format: puts every Swift file into that format
format: setup
	swift format format --in-place --recursive --parallel Package.swift Sources Client Server Tests Benchmarks Examples

## formats: how far the importers agree with what people found in the corpora, and what comes back of them from each format, as a table
formats: setup
	@mkdir -p .build
	@$(SWIFT_TEST) --filter 'LetterFormatsTests.(CMIFTests|TEITests|WhiteHouseTests|RoundTripTests)' > .build/formats.txt 2>&1 || { cat .build/formats.txt; exit 1; }
	@grep -o 'formats: .*' .build/formats.txt || echo "formats: the corpora are not beside this checkout: skipped"

## simulate: the whole system with every fault, from SEED=n (REPLICAS=n STEPS=n) or SCHEDULE=file; else a thousand seeds
simulate: setup
	$(SWIFT_BUILD) --product simulate
	$(BIN)/simulate $(if $(SCHEDULE),--schedule $(SCHEDULE),$(if $(SEED),--seed $(SEED),--seeds 1000)) \
		$(if $(REPLICAS),--replicas $(REPLICAS)) $(if $(STEPS),--steps $(STEPS))

## check: all that continuous integration runs; the layers with amounts have the machine for themselves, then come all tests
check: lint docs unchanged-interface drill load canaries battery test

# Together they would keep the others, which wait for each other's processes and sockets, from their turn.
battery: setup
	CHANCERY_HISTORIES=200000 CHANCERY_IMAGES=50000 CHANCERY_SIMULATIONS=5000 CHANCERY_SIMULATIONS_TWICE=50 \
		CHANCERY_FLIPS=1000 CHANCERY_CUT_STRIDE=50 CHANCERY_ATTACHMENT_CUTS=12 CHANCERY_INJECTIONS=300 CHANCERY_EDITS=25 \
		CHANCERY_RECONCILIATION=100000 $(BATTERY) .build/battery.log $(SWIFT_TEST) \
		--filter 'FaultTests\.|SimulationTests|RandomHistoryTests|ReconciliationCostTests'

## canaries: forty deliberate bugs, each of which its test must notice, as a table; the real programs must have no trace of them
canaries: build
	swift build --scratch-path .build/canaries --build-tests -Xswiftc -DCANARIES
	python3 Scripts/canaries.py .build/canaries/debug $(BIN)

## soak: every layer again and again with other seeds, SECONDS=3600 long; STATE= keeps where the next one goes on
soak: setup
	swift test list $(TEST_FLAGS) > /dev/null
	python3 Scripts/soak.py $(BIN) $(or $(STATE),.build/soak) $(or $(SECONDS),3600) $(SWIFT_TEST) --skip-build

## fuzz: every parser of outside bytes under libFuzzer with AddressSanitizer, SECONDS=30 each; TARGET= for one
fuzz: setup
	CHANCERY_FUZZ=1 swift build --configuration release --scratch-path .build/fuzz --product fuzz \
		-Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing
	python3 Scripts/fuzz.py .build/fuzz/release/fuzz .build/fuzzing $(or $(SECONDS),30) $(TARGET)

## sanitize: the tests under the address and then the thread sanitizer, each in a build of its own; ONLY=address or thread, FILTER= for some of them
sanitize: setup
	set -e; mkdir -p .build/thread; clang -O1 -Wall -Werror -c Tests/ThreadSanitizer/mutex.c -o .build/thread/mutex.o; \
	for kind in $(or $(ONLY),address thread); do \
		flags="--sanitize=$$kind --scratch-path .build/$$kind"; \
		if [ $$kind = thread ]; then flags="$$flags -Xlinker $(CURDIR)/.build/thread/mutex.o"; fi; \
		swift build $$flags --build-tests; \
		ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no swift test $$flags --skip-build --disable-xctest \
			--skip 'MemoryTests|constant memory' $(if $(FILTER),--filter '$(FILTER)'); \
	done

## load: 10,000 idle connections and 200 active clients for 30 s (SECONDS= for longer): memory bounded, nothing lost, descriptors flat
load: build
	python3 Tests/Load/load.py $(BIN) $(or $(SECONDS),30)

## drill: backs a server up under writes, restores it, serves it, clones it, and compares every byte; DATA= names a folder of your own
drill: build
	Scripts/drill.sh $(BIN) $(DATA)

## attachments: a file of MEGABYTES=2000 attached, sent, fetched, with the client killed in the middle both ways: memory bounded, nothing sent twice
attachments: build
	python3 Tests/Load/blobs.py $(BIN) $(or $(MEGABYTES),2000)

## bench: the whole table of goals at N=10000 letters, with the PEERS=git,rsync,doltlite that are here and the raw limit, also as .build/bench.json
##        and .build/bench.svg; fails if bytes or requests grew
bench: build
	python3 Benchmarks/bench.py $(BIN) --letters $(or $(N),10000) $(if $(PEERS),--peers $(PEERS)) \
		--json .build/bench.json --plot .build/bench.svg $(BENCH)

## clean: forgets everything that was built
clean:
	rm -rf .build
