/* A network that can be cut for one process alone: loaded before the C library, it holds back what the process
 * asks of sockets while the page FAULTS_NETWORK says so (two numbers of eight bytes: how it is cut, and how often
 * something was held back). FAULTS_NETWORK_PEERS names the ports of those who are cut where not all are.
 *
 * Know before changing: nothing is thrown away. What comes waits in the kernel, as it would wait at the other
 * end, and TCP goes on where it was when the network heals. Whoever connects from outside is let in by the
 * kernel, and hears nothing. Waiting for events leaves out those of sockets that are cut, in small pieces, so
 * that a process does not spin, and its own wake-ups (pipes, eventfds) come. A socket that is closed meanwhile is
 * kept until then, or the other side would hear of it. It is for sockets that do not block, and for events that
 * carry the number of their socket and come again until they are heeded: so do Java, Redis and Python.
 * (uvloop closes sockets past the C library, so the other side does hear of that.)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WHOLE = 1, PEERS = 2 };
#define PIECE_MS 5
#define KEPT_MAX 1024 /* Sockets closed during one cut; those past it are closed at once. */

static struct { uint64_t cut, held; } volatile *page;
static unsigned char peers[65536];
static int kept[KEPT_MAX];
static int keeping;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_NETWORK"), *ports = getenv("FAULTS_NETWORK_PEERS");
    for (char *end; ports && *ports; ports = *end ? end + 1 : end) {
        unsigned long port = strtoul(ports, &end, 10);
        if (end == ports) break;
        if (port < sizeof peers) peers[port] = 1;
    }
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *at = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) page = at;
    close(file);
}

static void let_go(void);

/* How the network is cut at this moment. */
static uint64_t how(void) {
    uint64_t cut = page ? page->cut : 0;
    if (!cut && __atomic_load_n(&keeping, __ATOMIC_RELAXED)) let_go();
    return cut;
}

static int lies_in(uint64_t cut, const struct sockaddr *at) {
    int port = at->sa_family == AF_INET    ? ntohs(((const struct sockaddr_in *)at)->sin_port)
               : at->sa_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)at)->sin6_port)
                                           : -1;
    return port >= 0 && (cut == WHOLE || peers[port]);
}

/* Whether this is a socket that is cut now. */
static int is_cut(int fd) {
    uint64_t cut = how();
    if (!cut) return 0;
    int before = errno, found = 0;
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    if (!getsockname(fd, (struct sockaddr *)&at, &size)) {
        found = lies_in(cut, (struct sockaddr *)&at);
        size = sizeof at;
        if (!found && !getpeername(fd, (struct sockaddr *)&at, &size)) found = lies_in(cut, (struct sockaddr *)&at);
    }
    errno = before;
    return found;
}

static int held(int fd, int error) {
    if (!is_cut(fd)) return 0;
    __atomic_add_fetch(&page->held, 1, __ATOMIC_RELAXED);
    errno = error;
    return 1;
}

#define NOTHING_YET(kind, name, takes, gives) \
    kind name takes { \
        REAL(name); \
        return held(fd, EAGAIN) ? -1 : real gives; \
    }

NOTHING_YET(ssize_t, read, (int fd, void *to, size_t size), (fd, to, size))
NOTHING_YET(ssize_t, readv, (int fd, const struct iovec *to, int many), (fd, to, many))
NOTHING_YET(ssize_t, recv, (int fd, void *to, size_t size, int flags), (fd, to, size, flags))
NOTHING_YET(ssize_t, recvfrom, (int fd, void *restrict to, size_t size, int flags, __SOCKADDR_ARG from,
    socklen_t *restrict length), (fd, to, size, flags, from, length))
NOTHING_YET(ssize_t, recvmsg, (int fd, struct msghdr *to, int flags), (fd, to, flags))
NOTHING_YET(ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size))
NOTHING_YET(ssize_t, writev, (int fd, const struct iovec *from, int many), (fd, from, many))
NOTHING_YET(ssize_t, send, (int fd, const void *from, size_t size, int flags), (fd, from, size, flags))
NOTHING_YET(ssize_t, sendto, (int fd, const void *from, size_t size, int flags, __CONST_SOCKADDR_ARG to,
    socklen_t length), (fd, from, size, flags, to, length))
NOTHING_YET(ssize_t, sendmsg, (int fd, const struct msghdr *from, int flags), (fd, from, flags))
NOTHING_YET(ssize_t, sendfile, (int fd, int from, off_t *at, size_t size), (fd, from, at, size))
NOTHING_YET(ssize_t, sendfile64, (int fd, int from, off64_t *at, size_t size), (fd, from, at, size))
NOTHING_YET(int, accept, (int fd, __SOCKADDR_ARG from, socklen_t *restrict length), (fd, from, length))
NOTHING_YET(int, accept4, (int fd, __SOCKADDR_ARG from, socklen_t *restrict length, int flags),
    (fd, from, length, flags))

int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t length) {
    REAL(connect);
    if (how() && lies_in(how(), to.__sockaddr__)) {
        __atomic_add_fetch(&page->held, 1, __ATOMIC_RELAXED);
        errno = ENETUNREACH;
        return -1;
    }
    return real(fd, to, length);
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* How long the next piece of a wait may be, of one until that moment; less than 0: without end. */
static int piece_ms(int within_ms, int64_t until_ms) {
    int64_t left_ms = within_ms < 0 ? -1 : until_ms - now_ms();
    if (within_ms >= 0 && left_ms < 0) left_ms = 0;
    return how() && (left_ms < 0 || left_ms > PIECE_MS) ? PIECE_MS : (int)left_ms;
}

static int over(int within_ms, int64_t until_ms) { return within_ms >= 0 && now_ms() >= until_ms; }

int epoll_pwait(int epoll, struct epoll_event *events, int most, int within_ms, const sigset_t *signals) {
    REAL(epoll_pwait);
    int64_t until_ms = within_ms > 0 ? now_ms() + within_ms : 0;
    for (;;) {
        int wait_ms = within_ms > 0 || how() ? piece_ms(within_ms, until_ms) : within_ms;
        int there = real(epoll, events, most, wait_ms, signals);
        if (there < 0) return there;
        int heard = 0;
        for (int i = 0; i < there; i++)
            if (!held(events[i].data.fd, EAGAIN)) events[heard++] = events[i];
        if (heard || over(within_ms, until_ms)) return heard;
        if (there) usleep(PIECE_MS * 1000);
    }
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int within_ms) {
    return epoll_pwait(epoll, events, most, within_ms, NULL);
}

int poll(struct pollfd *asked, nfds_t many, int within_ms) {
    REAL(poll);
    int64_t until_ms = within_ms > 0 ? now_ms() + within_ms : 0;
    for (;;) {
        int there = real(asked, many, within_ms > 0 || how() ? piece_ms(within_ms, until_ms) : within_ms);
        if (there < 0) return there;
        int heard = 0;
        for (nfds_t i = 0; i < many; i++) {
            if (asked[i].revents && held(asked[i].fd, EAGAIN)) asked[i].revents = 0;
            heard += asked[i].revents != 0;
        }
        if (heard || over(within_ms, until_ms)) return heard;
        if (there) usleep(PIECE_MS * 1000);
    }
}

/* Keeps a connection that is cut open behind its owner's back; whether it is kept. */
static int keep(int fd) {
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    int before = errno, found = is_cut(fd) && !getpeername(fd, (struct sockaddr *)&at, &size);
    if (found) {
        pthread_mutex_lock(&turn);
        int copy = keeping < KEPT_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
        if (copy >= 0) kept[keeping++] = copy;
        pthread_mutex_unlock(&turn);
        found = copy >= 0;
    }
    errno = before;
    return found;
}

int close(int fd) {
    REAL(close);
    keep(fd);
    return real(fd);
}

int shutdown(int fd, int how_far) {
    REAL(shutdown);
    return how_far != SHUT_RD && keep(fd) ? 0 : real(fd, how_far);
}

/* The network has healed: the other side hears of what was closed. */
static void let_go(void) {
    int closed[KEPT_MAX], many, before = errno;
    pthread_mutex_lock(&turn);
    many = keeping;
    for (int i = 0; i < many; i++) closed[i] = kept[i];
    keeping = 0;
    pthread_mutex_unlock(&turn);
    for (int i = 0; i < many; i++) {
        shutdown(closed[i], SHUT_WR);
        close(closed[i]);
    }
    errno = before;
}
