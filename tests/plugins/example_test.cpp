// The plugin that authors copy, through the real loader.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toml_store_fixture.hpp"

namespace corsac {
namespace {

using testing::ElementsAre;

class ExampleStore : public testing::Test {
 protected:
  test::OpenStore& open(const test::OpenStore::Settings& settings) {
    store_ = std::make_unique<test::OpenStore>(test::load_built_plugin("example"), host_,
                                               folder_.path().string(), settings);
    return *store_;
  }

  test::TempFolder folder_;
  test::RecordingHost host_;
  test::RecordingSink sink_;
  std::unique_ptr<test::OpenStore> store_;
};

TEST_F(ExampleStore, ReadsOneOriginALine) {
  folder_.write("origins.txt", "https://a.example\n# a comment\n\nhttps://b.example");
  open({{"file", "origins.txt"}, {"allow_credentials", "true"}});
  ASSERT_EQ(store_->status(), CORSAC_OK);
  EXPECT_EQ(store_->read(sink_), CORSAC_OK);
  EXPECT_THAT(
      sink_.calls(),
      ElementsAre("source " + (folder_.path() / "origins.txt").string(), "integer version 1 0:0",
                  "begin_item cors 0:0", "flag allow_credentials true 0:0",
                  "begin_list allowed_origins 0:0", "text - \"https://a.example\" 1:1",
                  "text - \"https://b.example\" 4:1", "end_list", "end_item", "finish"));
}

TEST_F(ExampleStore, SaysEverythingThatIsWrongWithItsSettings) {
  EXPECT_EQ(open({{"allow_credentials", "yes"}, {"files", "x"}}).status(), CORSAC_INVALID);
  EXPECT_THAT(host_.problems(),
              ElementsAre("setting-value allow_credentials: a switch is expected; write true or "
                          "false",
                          "setting-unknown files: the store \"example\" has no such setting; write "
                          "file or allow_credentials",
                          "setting-missing file: nothing says which file to read; add file = "
                          "\"origins.txt\""));
}

TEST_F(ExampleStore, CannotBeReachedWithoutItsFile) {
  open({{"file", "absent.txt"}});
  EXPECT_EQ(store_->read(sink_), CORSAC_UNREACHABLE);
  EXPECT_EQ(host_.log().size(), 1u);
}

TEST_F(ExampleStore, RefusesAListThatIsTooLong) {
  folder_.write("origins.txt", std::string(1024 * 1024 + 1, 'x'));
  open({{"file", "origins.txt"}});
  EXPECT_EQ(store_->read(sink_), CORSAC_INVALID);
  EXPECT_THAT(sink_.calls().back(), testing::StartsWith("problem example-too-large"));
}

TEST_F(ExampleStore, EndsItsWaitForAWriter) {
  const auto fifo = folder_.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  // With a writer that says nothing, a read has something to wait for.
  const int writer = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(writer, 0);
  open({{"file", "fifo"}});

  std::thread core([&] {
    host_.cancel();
    store_->interrupt();
  });
  EXPECT_EQ(store_->read(sink_), CORSAC_CANCELLED) << "interrupted, whenever that came";
  core.join();

  host_.cancel(false);
  host_.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
  EXPECT_EQ(store_->read(sink_), CORSAC_UNREACHABLE) << "out of time; the old interrupt is spent";
  ::close(writer);
}

TEST_F(ExampleStore, ReadsWhatAWriterSaid) {
  const auto fifo = folder_.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  open({{"file", "fifo"}});
  std::thread writer([&] {
    const int end = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);  // waits for the store
    EXPECT_EQ(::write(end, "https://a.example\n", 18), 18);
    ::close(end);
  });
  EXPECT_EQ(store_->read(sink_), CORSAC_OK);
  writer.join();
  EXPECT_THAT(sink_.calls(), testing::Contains("text - \"https://a.example\" 1:1"));
}

}  // namespace
}  // namespace corsac
