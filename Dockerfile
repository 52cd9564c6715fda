# One image for every room; the command says which (docker-compose.yml).
# Know before changing: the versions are those of constraints.txt, which the tests ran with, on the same Python.
FROM python:3.11-slim

WORKDIR /app
COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt . \
    && useradd --system --no-create-home sandik \
    && rm -rf /app/*

USER sandik
ENV PYTHONUNBUFFERED=1
CMD ["sandik", "--help"]
