# Metaorder in a container: built in one stage, run in another that has no compiler, no root and no need to write.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends cmake g++ make \
 && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/metaorder
COPY requirements/run.lock /src/requirements/
RUN /opt/metaorder/bin/python -m pip install --no-cache-dir --require-hashes -r /src/requirements/run.lock
COPY pyproject.toml README.md LICENSE /src/
COPY native /src/native
COPY migrations /src/migrations
COPY service /src/service
RUN /opt/metaorder/bin/python -m pip install --no-cache-dir --no-build-isolation --no-deps /src

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin metaorder \
 && install -d -o metaorder -g metaorder -m 700 /state \
 && install -d /data
COPY --from=build /opt/metaorder /opt/metaorder
ENV PATH=/opt/metaorder/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    METAORDER_HOST=0.0.0.0 \
    METAORDER_PORT=8000 \
    METAORDER_STATE=/state \
    METAORDER_DATA_ROOTS=/data
USER 10001
VOLUME /state
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=5 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["metaorder"]
CMD ["serve"]
