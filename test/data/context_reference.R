# Reference values of the tests context_*.sql, from caschools.csv.  Base R only
# (made with R 4.2.2); run in the repository's top folder:
#
#     Rscript test/data/context_reference.R SECTION
#
# Sections print rows of SQL VALUES; section schools writes the file
# test/data/caschools_reference.csv, a line a school.
options(digits = 17)
num <- function(x) ifelse(is.na(x), "NULL", sprintf("%.17g", x))
rows <- function(...) {
    line <- paste0("    (", paste(..., sep = ", "), ")")
    cat(paste(line, collapse = ",\n"), "\n", sep = "")
}

d <- read.csv("test/data/caschools.csv")
indicators <- c("calworks", "lunch", "english", "income", "expenditure")
x <- as.matrix(d[indicators])
d$score <- (d$read + d$math) / 2

section <- list(
    scale = function() {
        for (i in indicators) {
            v <- d[[i]]
            rows(paste0("'", i, "'"), num(mean(v)), num(sd(v)), num(min(v)), num(max(v)),
                 num(scale(v)[100]), num((rank(v)[100] - 0.5) / length(v)))
        }
    },
    # of the correlations, then of the covariances of the three percentages
    component = function() {
        for (p in list(prcomp(x, scale. = TRUE), prcomp(x[, 1:3]))) {
            l <- p$rotation[, 1] * sign(p$rotation[1, 1])
            rows(paste0("'{", paste(num(p$center), collapse = ","), "}'"),
                 paste0("'{", paste(num(apply(x, 2, sd)[seq_along(l)]), collapse = ","), "}'"),
                 paste0("'{", paste(num(l), collapse = ","), "}'"),
                 num(p$sdev[1]^2), num(p$sdev[1]^2 / sum(p$sdev^2)), num(p$sdev[2]^2 / sum(p$sdev^2)))
        }
    },
    # least sums of squares of k-means over many random starts: of lunch, which
    # is one number, and of all indicators on the z scale
    clusters = function() {
        set.seed(6)
        z <- scale(x)
        best <- function(v, k) kmeans(v, k, nstart = 500, iter.max = 100)$tot.withinss
        rows(2:8, num(sapply(2:8, function(k) best(d$lunch, k))), num(sapply(2:8, function(k) best(z, k))))
    },
    # results on all indicators, with and without weights, and on one
    regression = function() {
        for (m in list(lm(d$score ~ x, weights = d$students), lm(d$score ~ x), lm(d$score ~ d$lunch, weights = d$students)))
            rows(length(coef(m)) - 1, if (is.null(weights(m))) "false" else "true", df.residual(m),
                 paste0("'{", paste(num(coef(m)), collapse = ","), "}'"),
                 paste0("'{", paste(num(sqrt(diag(vcov(m)))), collapse = ","), "}'"),
                 num(summary(m)$sigma), num(summary(m)$r.squared))
    },
    # scores of the first component, calworks positive; the weighted regression
    # of the results on all indicators, and its 90 % prediction intervals
    schools = function() {
        p <- prcomp(x, scale. = TRUE)
        m <- lm(d$score ~ x, weights = d$students)
        interval <- suppressWarnings(predict(m, interval = "prediction", level = 0.9, weights = d$students))
        write.table(data.frame(school = d$school, component = num(p$x[, 1] * sign(p$rotation[1, 1])),
                               fitted = num(fitted(m)), low = num(interval[, "lwr"]), high = num(interval[, "upr"]),
                               residual = num(residuals(m)), leverage = num(hatvalues(m)),
                               standardised = num(rstandard(m)), t = num(rstudent(m))),
                    "test/data/caschools_reference.csv", sep = ",", quote = FALSE, row.names = FALSE)
    }
)

section[[commandArgs(trailingOnly = TRUE)[1]]]()
