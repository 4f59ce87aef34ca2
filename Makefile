# lenet5: `make help` lists what can be made. Every path is relative to this folder.

VERSION  := 0.1.0
CC       := gcc
PREFIX   ?= /usr/local
SAN      ?=
BUILD    ?= $(if $(SAN),build/san-$(subst $(,),-,$(SAN)),build)
, := ,

PACKAGES := zlib libcjson libpng libjpeg nettle
# The program alone needs it; what embeds the library does not.
PROGRAM_LIBS := -lmicrohttpd
IS_CLANG := $(findstring clang,$(CC) $(shell $(CC) --version 2>/dev/null | head -n 1))
OPENMP   := -fopenmp

# With a compiler for other machines, as in CC=aarch64-linux-gnu-gcc, the libraries are those that scripts/setup --arm
# has unpacked, else what the system has for such machines; tests run in qemu.
HERE    := $(shell uname -m)
CROSS   := $(filter-out $(HERE)-linux-gnu,$(patsubst %-gcc,%,$(filter %-linux-gnu-gcc,$(notdir $(CC)))))
IS_ARM  := $(filter aarch64-%,$(CROSS))
MACHINE := $(firstword $(subst -, ,$(or $(CROSS),$(shell $(CC) -dumpmachine))))
ifneq ($(CROSS),)
ROOT       := $(if $(IS_ARM),$(wildcard build/arm/root))
AR         := $(CROSS)-ar
PKG_CONFIG ?= PKG_CONFIG_SYSROOT_DIR=$(ROOT) PKG_CONFIG_LIBDIR=$(ROOT)/usr/lib/$(CROSS)/pkgconfig pkg-config
EMULATOR   ?= qemu-$(MACHINE)$(if $(ROOT), -L "$(CURDIR)/$(ROOT)")
else
PKG_CONFIG ?= pkg-config
endif

# -ffp-contract=off: a compiler that fuses a*b+c where it likes would make the trained bytes its own affair.
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
CFLAGS   ?= -O2 -g
PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null) $(if $(ROOT),-I$(ROOT)/usr/include/$(CROSS))
PACKAGE_LIBS   := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)
ALL_CFLAGS = -std=c11 $(CFLAGS) $(WARNINGS) -ffp-contract=off -fno-math-errno $(OPENMP) -Isrc \
             $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer) \
             $(PACKAGE_CFLAGS)
ALL_LDLIBS = $(PACKAGE_LIBS) -lm
ALL_LDFLAGS = $(OPENMP) $(if $(SAN),-fsanitize=$(SAN)) $(if $(ROOT),-Wl$(,)-rpath-link$(,)$(ROOT)/usr/lib/$(CROSS)) $(LDFLAGS)

# One object of each hot kernel an instruction set, slowest first; the program picks at start-up. What a set must not
# use is said too: CFLAGS may have -march=native.
ifneq ($(filter x86_64 amd64,$(MACHINE)),)
TIERS := portable avx2 avx512
TIER_FLAGS_portable := -mno-avx
TIER_FLAGS_avx2     := -mavx2 -mfma -mno-avx512f
TIER_FLAGS_avx512   := -mavx2 -mfma -mavx512f -mavx512vl -mavx512bw -mavx512dq
else ifneq ($(filter aarch64 arm64,$(MACHINE)),)
TIERS := neon
else
TIERS := portable
endif

SOURCES := $(filter-out src/pages/% src/cli/% src/main.c,$(wildcard src/*.c src/*/*.c))
KERNELS := $(wildcard src/fast/kernels/*.c)
PROGRAM := $(wildcard src/pages/*.c src/cli/*.c) $(wildcard src/main.c)
PAGE    := $(wildcard src/pages/page/*)
TESTS   := $(wildcard tests/test_*.c)
HELPERS := $(filter-out $(TESTS),$(wildcard tests/*.c))

LIBRARY_OBJECTS := $(SOURCES:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/strokes_builtin.o \
                   $(BUILD)/obj/config_builtin.o \
                   $(foreach t,$(TIERS),$(KERNELS:src/fast/kernels/%.c=$(BUILD)/obj/fast/kernels/%.$(t).o))
PROGRAM_OBJECTS := $(PROGRAM:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/page_files.o
HELPER_OBJECTS  := $(HELPERS:tests/%.c=$(BUILD)/tests/%.o)
DOUBLE_OBJECTS  := $(patsubst src/nn/%.c,$(BUILD)/double/%.o,$(wildcard src/nn/*.c))
TEST_PROGRAMS   := $(TESTS:tests/%.c=$(BUILD)/tests/%)

# An emulator is slow: there what does not depend on the processor is left out, and what trains, or reads thousands of
# pictures one by one, for minutes.
ifneq ($(CROSS),)
SLOW := alarms checkpoint cli% count documents draw_terminal embedding get_mnist learning measure_wild objects page \
        patience read reproduce run runner saved_pages structure teacher trainer_strangers
TEST_PROGRAMS := $(filter-out $(addprefix $(BUILD)/tests/test_,$(SLOW)),$(TEST_PROGRAMS))
endif

.PHONY: all run test test-arm setup reproduce card bench samples pictures help clean install uninstall format FORCE
.DEFAULT_GOAL := all

all: $(BUILD)/lenet5 $(BUILD)/liblenet5.a

$(BUILD)/lenet5: $(PROGRAM_OBJECTS) $(BUILD)/liblenet5.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LDLIBS) $(PROGRAM_LIBS)

$(BUILD)/liblenet5.a: $(LIBRARY_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -MMD -MP -c -o $@ $<

# Nothing but the kernels is worth -O3; and sanitizers check every copy of what it unrolls, which takes minutes to
# compile. A tile of 8 floats is handed about by pointer, so its ABI is of no concern; nor is it that clang leaves loops
# rolled in the variants for any size.
KERNEL_LEVEL := $(if $(SAN),-O1,-O3)
define tier_rule
$(BUILD)/obj/fast/kernels/%.$(1).o: src/fast/kernels/%.c $(BUILD)/flags
	@mkdir -p $$(@D)
	$(CC) $(ALL_CFLAGS) $(KERNEL_LEVEL) -DTIER=$(1) $(TIER_FLAGS_$(1)) -Wno-psabi $(if $(IS_CLANG),-Wno-pass-failed) -MMD -MP -c -o $$@ $$<
endef
$(foreach t,$(TIERS),$(eval $(call tier_rule,$(t))))

$(BUILD)/obj/fast/kernels.o: EXTRA_CFLAGS = -D'TIERS=$(foreach t,$(TIERS),TIER($(t)))'
$(BUILD)/obj/cli/version.o: EXTRA_CFLAGS = -DLENET5_VERSION='"$(VERSION)"'

# Files as arrays of bytes: a string literal may have 4,095 characters only.
BYTES_OF = od -An -v -tu1 $(1) | sed 's/\([0-9][0-9]*\) */\1,/g'

$(BUILD)/gen/strokes_builtin.c: data/strokes.json Makefile
	@mkdir -p $(@D)
	@{ echo '#include "drawing/strokes_builtin.h"'; echo 'const unsigned char strokes_builtin[] = {'; \
	   $(call BYTES_OF,$<); \
	   echo '};'; echo 'const size_t strokes_builtin_size = sizeof strokes_builtin;'; } > $@.part
	@mv $@.part $@

# What pages are made of: each file of src/pages/page, and a table of them.
$(BUILD)/gen/page_files.c: $(PAGE) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "pages/page_files.h"'; \
	   for f in $(notdir $(PAGE)); do \
	       echo "static const unsigned char $$(echo $$f | tr . _)[] = {"; $(call BYTES_OF,src/pages/page/$$f); echo '};'; done; \
	   echo 'const struct page_file page_files[] = {'; \
	   for f in $(notdir $(PAGE)); do n=$$(echo $$f | tr . _); echo "{\"$$f\", $$n, sizeof $$n},"; done; \
	   echo '{0, 0, 0}};'; } > $@.part
	@mv $@.part $@

# The configs that have a name: each file of models/configs.
CONFIGS := $(sort $(basename $(notdir $(wildcard models/configs/*.json))))
config_bytes = bytes_of_$(subst -,_,$(1))
$(BUILD)/gen/config_builtin.c: $(CONFIGS:%=models/configs/%.json) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "model/config_builtin.h"'; \
	   $(foreach c,$(CONFIGS),echo 'static const unsigned char $(call config_bytes,$(c))[] = {'; \
	                          $(call BYTES_OF,models/configs/$(c).json); echo '};';) \
	   echo 'const char *const config_builtin_names[] = {$(CONFIGS:%="%",) 0};'; \
	   echo 'const struct config_builtin config_builtin[] = {'; \
	   $(foreach c,$(CONFIGS),echo '{$(call config_bytes,$(c)), sizeof $(call config_bytes,$(c))},';) \
	   echo '};'; echo 'const int config_builtin_count = $(words $(CONFIGS));'; } > $@.part
	@mv $@.part $@

$(BUILD)/obj/%.o: $(BUILD)/gen/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# src/nn once more in double, for the gradient checks.
$(BUILD)/double/%.o: src/nn/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DLENET5_REAL_DOUBLE -MMD -MP -c -o $@ $<

$(BUILD)/tests/%.o: tests/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -c -o $@ $<

# private: not for what it depends on, $(BUILD)/flags.
$(BUILD)/tests/test_gradients.o: private ALL_CFLAGS += -DLENET5_REAL_DOUBLE
$(BUILD)/tests/test_gradients: $(BUILD)/tests/test_gradients.o $(DOUBLE_OBJECTS) $(HELPER_OBJECTS) $(BUILD)/liblenet5.a
$(BUILD)/tests/test_options: $(patsubst %,$(BUILD)/obj/cli/%.o,options options_help)
$(BUILD)/tests/test_charts: $(patsubst %,$(BUILD)/obj/pages/%.o,charts html page_files) $(BUILD)/obj/page_files.o
$(BUILD)/tests/test_prose: $(patsubst %,$(BUILD)/obj/pages/%.o,prose html page_files) $(BUILD)/obj/page_files.o
$(BUILD)/tests/test_pictures: $(BUILD)/obj/cli/pictures.o
$(BUILD)/tests/test_agreement: $(BUILD)/obj/cli/agreement.o
$(BUILD)/tests/test_glyphs: $(BUILD)/obj/cli/glyphs.o
$(BUILD)/tests/test_labels: $(BUILD)/obj/cli/labels.o
$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(HELPER_OBJECTS) $(BUILD)/liblenet5.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(ALL_LDLIBS) -lcmocka

# Another compiler or other flags: everything is built again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@{ $(PKG_CONFIG) --exists $(PACKAGES) && echo '#include <microhttpd.h>' | $(CC) $(PACKAGE_CFLAGS) -E -; } >/dev/null 2>&1 || { echo "make: libraries are missing: run scripts/setup$(if $(IS_ARM), --arm), which installs them" >&2; exit 1; }
	@echo '$(CC) $(shell $(CC) -dumpfullversion -dumpversion) $(ALL_CFLAGS) $(LDFLAGS) $(TIERS) $(VERSION)' | cmp -s - $@ || \
	 echo '$(CC) $(shell $(CC) -dumpfullversion -dumpversion) $(ALL_CFLAGS) $(LDFLAGS) $(TIERS) $(VERSION)' > $@

## setup: install what is missing (apt), nothing when all is there
setup:
	@scripts/setup $(if $(IS_CLANG),--clang) $(if $(IS_ARM),--arm)

## run: set up, build, get MNIST, train, evaluate, classify the sample pictures
run: setup
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@scripts/run $(BUILD)

## test: set up, build, run all tests (SAN=address,undefined: under the sanitizers)
test: setup
	@$(MAKE) --no-print-directory -s -j$$(nproc) all test-programs
	@$(if $(CROSS),EMULATOR='$(EMULATOR)') tests/run $(BUILD)

## test-arm: what depends on the processor, for 64-bit ARM, in an emulator (on such a machine: make test)
test-arm:
	@$(MAKE) --no-print-directory test $(if $(filter aarch64 arm64,$(HERE)),,CC=aarch64-linux-gnu-gcc BUILD=build/arm)

.PHONY: test-programs
test-programs: $(TEST_PROGRAMS)

## reproduce: train the shipped model again from MNIST with its own settings, and compare byte for byte
reproduce: all
	@scripts/reproduce models/lenet5.json $(BUILD)

## card: write models/lenet5.md, the card of the shipped model, from MNIST's test set
card: all
	@$(BUILD)/lenet5 card --model models/lenet5.json --out models/lenet5.md

## bench: how fast each part is on this machine, then this program and its peers side by side
bench: all
	@$(BUILD)/lenet5 bench
	@scripts/bench-quick $(BUILD)/lenet5
	@scripts/bench-peers $(BUILD)/lenet5

## samples: draw data/samples and data/sheet.png again
samples: all
	@scripts/draw-samples $(BUILD)

## pictures: the README's pictures of the program at work (scripts/setup --browser installs what takes them)
pictures: all $(BUILD)/tests/test_page $(BUILD)/tests/test_saved_pages
	@scripts/draw-pictures $(BUILD)

## install: program, library, header and model, under PREFIX (/usr/local); uninstall removes them
install: all
	install -D -m 755 $(BUILD)/lenet5 "$(DESTDIR)$(PREFIX)/bin/lenet5"
	install -D -m 644 $(BUILD)/liblenet5.a "$(DESTDIR)$(PREFIX)/lib/liblenet5.a"
	install -D -m 644 src/lenet5.h "$(DESTDIR)$(PREFIX)/include/lenet5.h"
	install -D -m 644 models/lenet5.json "$(DESTDIR)$(PREFIX)/share/lenet5/lenet5.json"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/lenet5" "$(DESTDIR)$(PREFIX)/lib/liblenet5.a"
	rm -f "$(DESTDIR)$(PREFIX)/include/lenet5.h" "$(DESTDIR)$(PREFIX)/share/lenet5/lenet5.json"
	-rmdir --ignore-fail-on-non-empty "$(DESTDIR)$(PREFIX)/share/lenet5"

## format: clang-format over all of src and tests
format:
	clang-format -i $(wildcard src/*.[ch] src/*/*.[ch] src/fast/kernels/*.[ch] tests/*.[ch])

## clean: remove build/ (data/mnist stays)
clean:
	rm -rf build

## help: this list
help:
	@echo "make                 build/lenet5 and build/liblenet5.a"
	@sed -n 's/^## \([a-z, -]*\): /make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 21
	@echo
	@echo "Variables: CC=clang  SAN=address,undefined  PREFIX=DIR  DESTDIR=DIR  CFLAGS='-O2 -g'"

-include $(wildcard $(BUILD)/obj/*.d $(BUILD)/obj/*/*.d $(BUILD)/obj/fast/kernels/*.d $(BUILD)/double/*.d $(BUILD)/tests/*.d)
