import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The same count as a Kafka Streams program: a store of the newest statement of each box, a store of the totals of
 * each area, both in memory, cached and with a changelog on Kafka. A correction takes the statement held before away
 * and adds the new one.
 *
 * Know before changing: this is what a careful person writes with the Processor API after reading its guide. The
 * figures of a row are packed as longs, so that no time is lost in a general serializer; one partition, one thread.
 */
public final class Count {
  private static final String[] FIGURES = {
    "boxes", "registered", "voters", "valid", "invalid", "imamoglu", "yildirim", "gokcinar", "others"
  };
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CountDownLatch DONE = new CountDownLatch(1);

  private record Report(String box, String[] areas, long revision, java.util.Map<String, Long> figures) {}

  private static final class Counting implements Processor<byte[], byte[], Void, Void> {
    private final int reports;
    private final Path answer;
    private KeyValueStore<String, byte[]> held;
    private KeyValueStore<String, byte[]> totals;
    private int seen;
    private long began;
    private long cpuBegan;

    Counting(int reports, Path answer) {
      this.reports = reports;
      this.answer = answer;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      held = context.getStateStore("held");
      totals = context.getStateStore("totals");
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (seen == 0) {
        began = System.nanoTime();
        cpuBegan = cpu();
      }
      Report report;
      try {
        report = JSON.readValue(record.value(), Report.class);
      } catch (java.io.IOException error) {
        throw new java.io.UncheckedIOException(error);
      }
      long[] before = unpacked(held.get(report.box()), 1 + FIGURES.length);
      if (report.revision() > before[0]) {
        long[] now = new long[1 + FIGURES.length];
        now[0] = report.revision();
        for (int at = 0; at < FIGURES.length; at++) now[1 + at] = report.figures().get(FIGURES[at]);
        for (String area : report.areas()) {
          long[] total = unpacked(totals.get(area), FIGURES.length);
          for (int at = 0; at < FIGURES.length; at++) total[at] += now[1 + at] - before[1 + at];
          totals.put(area, packed(total));
        }
        held.put(report.box(), packed(now));
      }
      seen++;
      if (seen == reports) answered();
    }

    private void answered() {
      double seconds = (System.nanoTime() - began) / 1e9;
      double cpuSeconds = (cpu() - cpuBegan) / 1e9;
      ObjectNode said = JSON.createObjectNode();
      said.put("seconds", seconds).put("cpu_s", cpuSeconds).put("reports", seen);
      ObjectNode areas = said.putObject("totals");
      try (var rows = totals.all()) {
        while (rows.hasNext()) {
          var row = rows.next();
          ObjectNode area = areas.putObject(row.key);
          long[] total = unpacked(row.value, FIGURES.length);
          for (int at = 0; at < FIGURES.length; at++) area.put(FIGURES[at], total[at]);
        }
      }
      try {
        Path part = answer.resolveSibling(answer.getFileName() + ".part");
        Files.write(part, JSON.writeValueAsBytes(said));
        Files.move(part, answer, StandardCopyOption.ATOMIC_MOVE);
      } catch (java.io.IOException error) {
        throw new java.io.UncheckedIOException(error);
      }
      DONE.countDown();
    }

    private static long cpu() {
      var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      return bean.getProcessCpuTime();
    }

    private static long[] unpacked(byte[] row, int length) {
      long[] figures = new long[length];
      if (row != null) ByteBuffer.wrap(row).asLongBuffer().get(figures);
      return figures;
    }

    private static byte[] packed(long[] figures) {
      ByteBuffer row = ByteBuffer.allocate(8 * figures.length);
      row.asLongBuffer().put(figures);
      return row.array();
    }
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
    var kept = Stores.inMemoryKeyValueStore(name);
    return Stores.keyValueStoreBuilder(kept, Serdes.String(), Serdes.ByteArray()).withCachingEnabled();
  }

  public static void main(String[] args) throws InterruptedException {
    var env = System.getenv();
    int reports = Integer.parseInt(env.get("PEER_REPORTS"));
    Path answer = Path.of(env.get("PEER_ANSWER"));
    var topology = new Topology();
    topology.addSource("reports", Serdes.ByteArray().deserializer(), Serdes.ByteArray().deserializer(), env.get("PEER_TOPIC"));
    topology.addProcessor("count", () -> new Counting(reports, answer), "reports");
    topology.addStateStore(store("held"), "count");
    topology.addStateStore(store("totals"), "count");
    var settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, env.get("PEER_NAME"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, env.get("PEER_KAFKA"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, env.get("PEER_DATA"));
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 256L << 20);
    settings.put("auto.offset.reset", "earliest");
    var streams = new KafkaStreams(topology, settings);
    streams.start();
    DONE.await();
    streams.close(Duration.ofSeconds(10));
  }
}
