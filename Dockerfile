# Two stages: the first installs what the lock file pins, the second runs it and holds nothing else.
FROM python:3.13-slim-trixie AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/fingerpost
COPY requirements.lock ./
RUN /opt/fingerpost/bin/python -m pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY connectors connectors
COPY mappings mappings
COPY sync sync
RUN /opt/fingerpost/bin/python -m pip install --no-deps --no-build-isolation .

FROM python:3.13-slim-trixie
COPY --from=build /opt/fingerpost /opt/fingerpost
# The root file system may be read-only: everything that is written, temporary files too, goes to the one volume.
ENV PATH=/opt/fingerpost/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/state \
    TMPDIR=/state \
    FINGERPOST_CONFIG=/config/fingerpost.yaml
RUN install -d -o 10001 -g 10001 /state /config
USER 10001:10001
WORKDIR /state
VOLUME /state
ENTRYPOINT ["fingerpost"]
CMD ["run"]
