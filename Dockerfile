# One image for every room; the command says which (docker-compose.yml).
#
# Know before changing: packages are those of locks/, by hash, which the tests ran with, on the same Python.
# Nothing that builds or installs stays in it, it runs as nobody's user, and it writes nowhere but /tmp: start
# it with a read-only root. To pin the base by digest too: --build-arg BASE=python:3.11.14-slim-bookworm@sha256:…
ARG BASE=python:3.11.14-slim-bookworm

FROM ${BASE} AS build
# A font for the pictures of cards (web/card_png.py): the only one here, so one that is narrow enough for their
# lines, and that the drawing takes for sans-serif where nothing of fontconfig says which one is meant.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-liberation
WORKDIR /build
COPY locks ./locks
RUN python -m venv /opt/sandik \
    && /opt/sandik/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r locks/run.txt -r locks/card.txt -r locks/build.txt
COPY . .
RUN /opt/sandik/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && /opt/sandik/bin/pip uninstall --yes hatchling editables pathspec pluggy tomlkit trove-classifiers \
    && /opt/sandik/bin/pip uninstall --yes setuptools pip

FROM ${BASE}
# ensurepip holds pip, and puts it back for whoever asks.
RUN pip uninstall --yes --root-user-action=ignore setuptools wheel pip \
    && rm -r "$(python -c 'import ensurepip; print(*ensurepip.__path__)')" \
    && useradd --no-create-home --user-group --uid 10001 --shell /usr/sbin/nologin sandik
COPY --from=build /usr/share/fonts/truetype/liberation /usr/share/fonts/truetype/liberation
COPY --from=build /opt/sandik /opt/sandik
COPY deploy/health.py /opt/sandik/health.py

USER 10001
WORKDIR /tmp
ENV PATH=/opt/sandik/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["python", "/opt/sandik/health.py"]
CMD ["sandik", "--help"]
